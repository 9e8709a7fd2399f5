//! Lists, with bullets, numbers or boxes to tick.

use grammers_tl_types as tl;
use maud::{Markup, html};
use tl::enums::{PageListItem, PageListOrderedItem};

use super::Desk;

impl Desk<'_> {
    pub(super) fn list(self, list: &tl::types::PageBlockList) -> Markup {
        html! {
            ul {
                @for item in &list.items {
                    @match item {
                        PageListItem::Text(item) => li dir="auto" { (tick(item.checkbox, item.checked)) (self.line(&item.text)) },
                        PageListItem::Blocks(item) => li { (tick(item.checkbox, item.checked)) (self.blocks(&item.blocks)) },
                    }
                }
            }
        }
    }

    pub(super) fn ordered_list(self, list: &tl::types::PageBlockOrderedList) -> Markup {
        html! {
            ol reversed[list.reversed] start=[list.start] type=[list.r#type.as_deref().and_then(numerals)] {
                @for item in &list.items {
                    @match item {
                        PageListOrderedItem::Text(item) => {
                            li value=[item.value] dir="auto" { (tick(item.checkbox, item.checked)) (self.line(&item.text)) }
                        }
                        PageListOrderedItem::Blocks(item) => {
                            li value=[item.value] { (tick(item.checkbox, item.checked)) (self.blocks(&item.blocks)) }
                        }
                    }
                }
            }
        }
    }
}

/// Kinds of numbers that a list may have.
fn numerals(kind: &str) -> Option<&str> {
    matches!(kind, "1" | "a" | "A" | "i" | "I").then_some(kind)
}

fn tick(is_box: bool, is_ticked: bool) -> Markup {
    html! {
        @if is_box {
            span class="tick" role="img" aria-label=(if is_ticked { "done" } else { "not done" }) { (if is_ticked { "☑ " } else { "☐ " }) }
        }
    }
}
