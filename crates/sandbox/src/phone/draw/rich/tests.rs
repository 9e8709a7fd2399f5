//! Each kind of block, and what people might try with them.

use grammers_tl_types as tl;
use tl::enums::{PageBlock, RichText};

use super::*;
use crate::phone::tests::Looking;

const HOSTILE: &str = "<img src=x onerror=alert(1)>\"";

fn text(words: &str) -> RichText {
    tl::types::TextPlain { text: words.to_owned() }.into()
}

fn caption(words: &str) -> tl::enums::PageCaption {
    tl::types::PageCaption { text: text(words), credit: RichText::TextEmpty }.into()
}

fn paragraph(text: RichText) -> PageBlock {
    tl::types::PageBlockParagraph { text }.into()
}

fn shown(blocks: Vec<PageBlock>) -> String {
    let message = tl::types::RichMessage { rtl: false, part: false, blocks, photos: Vec::new(), documents: Vec::new() };
    rich(&Looking::new().eyes(), None, &message).into_string()
}

fn line_of(text: RichText) -> String {
    let html = shown(vec![paragraph(text)]);
    let inner = html.split_once("<p dir=\"auto\">").and_then(|(_, rest)| rest.split_once("</p>"));
    inner.expect("there is a paragraph").0.to_owned()
}

fn cell(words: &str, header: bool) -> tl::enums::PageTableCell {
    tl::types::PageTableCell {
        header,
        align_center: false,
        align_right: !header,
        valign_middle: false,
        valign_bottom: false,
        text: Some(text(words)),
        colspan: None,
        rowspan: None,
    }
    .into()
}

#[test]
fn headings_say_how_high_they_stand() {
    let title = tl::types::PageBlockTitle { text: text("Costs") }.into();
    let lower = tl::types::PageBlockHeading3 { text: text("October") }.into();
    let html = shown(vec![title, lower]);
    assert!(html.contains("role=\"heading\" aria-level=\"3\" dir=\"auto\">Costs</p>"), "{html}");
    assert!(html.contains("aria-level=\"5\" dir=\"auto\">October</p>"), "{html}");
}

#[test]
fn markup_looks_as_it_does_in_messages() {
    let bold = |inner| RichText::TextBold(Box::new(tl::types::TextBold { text: inner }));
    let italic = RichText::TextItalic(Box::new(tl::types::TextItalic { text: text("b") }));
    let both = tl::types::TextConcat { texts: vec![text("a"), italic] }.into();
    assert_eq!(line_of(bold(both)), "<b>a<i>b</i></b>");
    let url = |url: &str| {
        let (text, url) = (text("press"), url.to_owned());
        line_of(RichText::TextUrl(Box::new(tl::types::TextUrl { text, url, webpage_id: 0 })))
    };
    assert!(url("https://a.example/").contains("href=\"https://a.example/\""));
    assert!(!url("javascript:alert(1)").contains("href"));
    let email = tl::types::TextEmail { text: text("write to us"), email: "us@a.example".to_owned() };
    assert_eq!(line_of(RichText::TextEmail(Box::new(email))), "<a href=\"mailto:us@a.example\">write to us</a>");
    let emoji = tl::types::TextCustomEmoji { document_id: 1, alt: "🎉".to_owned() };
    assert!(line_of(emoji.into()).contains(">🎉</span>"));
}

#[test]
fn a_link_inside_of_a_spoiler_is_not_a_second_button() {
    let (inner, url) = (text("press"), "https://a.example/".to_owned());
    let link = RichText::TextUrl(Box::new(tl::types::TextUrl { text: inner, url, webpage_id: 0 }));
    let html = line_of(RichText::TextSpoiler(Box::new(tl::types::TextSpoiler { text: link })));
    assert!(html.contains("data-spoiler") && html.contains("data-href") && !html.contains("<a "), "{html}");
}

#[test]
fn lists_have_bullets_numbers_and_boxes() {
    let item =
        |words: &str, checkbox, checked| tl::types::PageListItemText { checkbox, checked, text: text(words) }.into();
    let html = shown(vec![
        tl::types::PageBlockList { items: vec![item("milk", false, false), item("bread", true, true)] }.into(),
    ]);
    assert!(
        html.contains("<li dir=\"auto\">milk</li>") && html.contains("aria-label=\"done\">☑ </span>bread"),
        "{html}"
    );
    let item = tl::types::PageListOrderedItemText {
        checkbox: false,
        checked: false,
        num: None,
        text: text("third"),
        value: Some(3),
        r#type: None,
    };
    let list = tl::types::PageBlockOrderedList {
        reversed: false,
        items: vec![item.into()],
        start: Some(3),
        r#type: Some(HOSTILE.to_owned()),
    };
    let html = shown(vec![list.into()]);
    assert!(html.contains("<ol start=\"3\">") && html.contains("<li value=\"3\" dir=\"auto\">third</li>"), "{html}");
}

#[test]
fn a_table_keeps_its_rows_and_can_be_scrolled_by_keyboard() {
    let row = |cells| tl::types::PageTableRow { cells }.into();
    let rows =
        vec![row(vec![cell("item", true), cell("price", true)]), row(vec![cell("tea", false), cell("3", false)])];
    let table = tl::types::PageBlockTable { bordered: true, striped: false, compact: true, title: text("Bill"), rows };
    let html = shown(vec![table.into()]);
    assert!(
        html.contains("class=\"table bordered compact\" tabindex=\"0\" role=\"group\" aria-label=\"Bill\""),
        "{html}"
    );
    assert!(html.contains("<th scope=\"col\" dir=\"auto\">item</th>"), "{html}");
    assert!(html.contains("<td class=\"far\" dir=\"auto\">3</td>"), "{html}");
}

#[test]
fn details_hold_blocks_and_media_are_drawn_or_said_to_be_gone() {
    let photo = tl::types::PageBlockPhoto {
        spoiler: false,
        photo_id: 1,
        caption: caption("The lake"),
        url: None,
        webpage_id: None,
    };
    let details = tl::types::PageBlockDetails { open: true, blocks: vec![photo.into()], title: text("More") };
    let html = shown(vec![details.into()]);
    assert!(html.contains("<details open><summary dir=\"auto\">More</summary>"), "{html}");
    assert!(html.contains("This photo is gone.") && html.contains(">The lake</figcaption>"), "{html}");
    assert!(shown(vec![PageBlock::Unsupported]).contains("The phone does not show this part."));
}

#[test]
fn a_real_picture_stands_between_the_paragraphs() {
    let mut looking = Looking::new();
    let lake = include_bytes!("../../../../assets/lake.jpg").as_slice();
    let photo_id = looking.world.files.add_photo(0, lake).expect("it is a picture");
    let block =
        tl::types::PageBlockPhoto { spoiler: true, photo_id, caption: caption(""), url: None, webpage_id: None };
    let message = tl::types::RichMessage {
        rtl: true,
        part: false,
        blocks: vec![block.into()],
        photos: Vec::new(),
        documents: Vec::new(),
    };
    let html = rich(&looking.eyes(), None, &message).into_string();
    assert!(html.contains(&format!("/1001/photo/{photo_id}")) && html.contains("data-covered"), "{html}");
    assert!(html.contains("dir=\"rtl\"") && !html.contains("<figcaption"), "{html}");
}

#[test]
fn what_people_wrote_is_text_in_every_block() {
    let words = || text(HOSTILE);
    let row = tl::types::PageTableRow { cells: vec![cell(HOSTILE, true)] }.into();
    let blocks = vec![
        tl::types::PageBlockTitle { text: words() }.into(),
        paragraph(words()),
        tl::types::PageBlockPreformatted { text: words(), language: HOSTILE.to_owned() }.into(),
        tl::types::PageBlockMath { source: HOSTILE.to_owned() }.into(),
        tl::types::PageBlockBlockquote { collapsed: true, text: words(), caption: words() }.into(),
        tl::types::PageBlockPullquote { text: words(), caption: words() }.into(),
        tl::types::PageBlockTable { bordered: false, striped: false, compact: false, title: words(), rows: vec![row] }
            .into(),
        tl::types::PageBlockDetails { open: false, blocks: vec![paragraph(words())], title: words() }.into(),
        tl::types::PageBlockThinking { text: words() }.into(),
        tl::types::PageBlockAuthorDate { author: words(), published_date: 0 }.into(),
    ];
    let html = shown(blocks);
    assert!(html.matches("&lt;img").count() >= 13, "{html}");
    assert!(!html.contains("<img") && !html.contains("alert(1)>"), "{html}");
}

#[test]
fn what_is_nested_without_end_comes_to_an_end() {
    let mut block = paragraph(text("bottom"));
    let mut line = text("bottom");
    for _ in 0..500 {
        block = tl::types::PageBlockBlockquoteBlocks { blocks: vec![block], caption: RichText::TextEmpty }.into();
        line = RichText::TextBold(Box::new(tl::types::TextBold { text: line }));
    }
    let html = shown(vec![block, paragraph(line)]);
    assert!(html.contains("deeper than the phone shows") && html.len() < 5_000, "{}", html.len());
}
