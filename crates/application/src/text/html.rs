//! HTML as Telegram knows it, read the way browsers do: nothing is ever an error. Tags that Telegram does not know are
//! left out and their text stays; headings, paragraphs and lists become what they look like.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::builder::Builder;
use super::{EntityKind, Formatted, tags};

/// Text and entities of HTML.
pub(super) fn html(source: &str) -> Formatted {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(source));
    // The sink never asks to stop, so one call reads everything.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.out.into_inner().finish()
}

#[derive(Default)]
struct Sink {
    out: RefCell<Builder>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut out = self.out.borrow_mut();
        match token {
            Token::CharacterTokens(text) => out.push(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => start(&mut out, &tag),
            Token::TagToken(tag) => end(&mut out, &tag.name),
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

fn start(out: &mut Builder, tag: &Tag) {
    match &*tag.name {
        "br" => out.push("\n"),
        "hr" => {
            out.break_lines(1);
            out.push("———\n");
        }
        "p" | "div" | "tr" => out.break_lines(1),
        "li" => {
            out.break_lines(1);
            out.push("• ");
        }
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            out.break_lines(1);
            out.open("heading", EntityKind::Bold);
        }
        "pre" => out.open("pre", EntityKind::Pre { language: String::new() }),
        "blockquote" => {
            let collapsed = attribute(tag, "expandable").is_some();
            out.open("blockquote", EntityKind::Blockquote { collapsed });
        }
        // `<pre><code class="language-x">` is one block, with a language.
        "code" if out.opened("pre").is_some() => {
            let class = attribute(tag, "class").unwrap_or_default();
            if let Some(name) = class.strip_prefix("language-")
                && let Some(EntityKind::Pre { language }) = out.opened("pre")
            {
                name.clone_into(language);
            }
        }
        name => {
            if let Some((name, kind)) = tags::inline(name, |name| attribute(tag, name)) {
                out.open(name, kind);
            }
        }
    }
}

fn end(out: &mut Builder, name: &str) {
    match name {
        "p" | "div" | "li" | "tr" => out.break_lines(1),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            out.close("heading");
            out.break_lines(1);
        }
        name => out.close(name),
    }
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
}
