//! The files of the world: small ones that real programs can open.

use grammers_tl_types as tl;

use super::END;
use crate::world::files::Files;

/// Files by what they show.
pub(super) struct Gallery {
    pub(super) sunset: i64,
    pub(super) lake: i64,
    pub(super) receipt: i64,
    pub(super) portrait: i64,
    pub(super) chart: i64,
    pub(super) voice: i64,
    pub(super) invoice: i64,
    pub(super) costs: i64,
}

fn named(file_name: &str) -> tl::enums::DocumentAttribute {
    tl::types::DocumentAttributeFilename { file_name: file_name.to_owned() }.into()
}

/// Puts the files into the world.
pub(super) fn hang(files: &mut Files) -> Gallery {
    let mut photo = |bytes: &[u8]| files.add_photo(END, bytes).expect("the pictures of the box are images");
    let sunset = photo(include_bytes!("../../../assets/sunset.jpg"));
    let lake = photo(include_bytes!("../../../assets/lake.jpg"));
    let receipt = photo(include_bytes!("../../../assets/receipt.jpg"));
    let portrait = photo(include_bytes!("../../../assets/portrait.jpg"));
    let spoken = tl::types::DocumentAttributeAudio {
        voice: true,
        duration: 4,
        title: None,
        performer: None,
        waveform: Some(vec![0; 63]),
    };
    let mut document =
        |bytes: &[u8], mime_type: &str, attributes| files.add_document(END, bytes, mime_type, attributes);
    let chart = document(include_bytes!("../../../assets/chart.png"), "image/png", vec![named("chart.png")]);
    let voice = document(include_bytes!("../../../assets/voice.ogg"), "audio/ogg", vec![spoken.into()]);
    let invoice = document(
        include_bytes!("../../../assets/invoice-2041.pdf"),
        "application/pdf",
        vec![named("invoice-2041.pdf")],
    );
    let costs =
        document(include_bytes!("../../../assets/travel-costs.csv"), "text/csv", vec![named("travel-costs.csv")]);
    Gallery { sunset, lake, receipt, portrait, chart, voice, invoice, costs }
}
