//! What people say when nobody looks closely. `{n}` becomes a number, so that a search for one of them has something to find.

/// Work that is paid for.
pub(super) const INVOICES: &[&str] = &[
    "Invoice {n} is ready, can somebody check the amounts?",
    "I sent invoice {n} to the printer this morning.",
    "The customer says invoice {n} has the wrong address on it.",
    "Payment for invoice {n} arrived, closing it.",
    "Who approves invoice {n}? It is over the limit.",
    "Reminder: invoice {n} is due on Friday.",
    "Credit note {n} replaces the invoice from last month.",
    "The quarter closes soon, {n} invoices are still open.",
    "Can we put travel costs on invoice {n}, or is that a separate one?",
];

/// Work that is shipped.
pub(super) const DEPLOYMENTS: &[&str] = &[
    "Deployment {n} is out, watching the graphs.",
    "Rolled back {n}, the queue was filling up.",
    "Build {n} is green, shipping after lunch.",
    "The migration in {n} took four minutes, no locks.",
    "Error rate is back to normal since build {n}.",
    "Feature flag {n} is on for ten percent.",
    "Staging runs {n} now, please test the export.",
    "Who is on call when {n} goes out?",
    "Release notes for {n} are written, please proofread.",
];

/// Going places.
pub(super) const TRAVEL: &[&str] = &[
    "Train {n} leaves at seven from platform three.",
    "I found a room for {n} a night, ten minutes from the station.",
    "The flight was moved by {n} minutes, we still make the connection.",
    "Booking code ends in {n}, the rest is in the mail.",
    "Ljubljana or Graz? The night train goes to both.",
    "Who needs a window seat?",
    "Passport renewed, ready to go.",
    "The bus to the trailhead costs {n}, exact change only.",
];

/// Sitting together.
pub(super) const MEETINGS: &[&str] = &[
    "Meeting moved to {n} minutes past, same room.",
    "Agenda has {n} points, let's skip the last two.",
    "Notes from the meeting are in the folder.",
    "Can we do the review on Thursday instead?",
    "I will be ten minutes late, start without me.",
    "Three decisions today, I wrote them down.",
    "Let's keep the standup short.",
    "Room {n} has the working projector.",
];

/// Everything else.
pub(super) const SMALL_TALK: &[&str] = &[
    "Good morning!",
    "Sounds good to me.",
    "Let me check and come back to you.",
    "Done.",
    "That was page {n}, what a book.",
    "Coffee at ten?",
    "Thank you, that helps a lot.",
    "I left the keys on your desk.",
    "Did anybody water the plants?",
    "The bicycle is fixed, {n} for the new chain.",
    "Can you send me the file again?",
    "No worries, tomorrow is fine too.",
    "It rained all day, {n} puddles counted.",
    "See you there.",
    "I agree with point {n}, not with the rest.",
];

/// Cyrillic.
pub(super) const RUSSIAN: &[&str] = &[
    "Доброе утро! Как прошла поездка?",
    "Счёт {n} оплачен, можно закрывать.",
    "Сервер {n} снова в строю, это был диск.",
    "Встреча перенесена на {n}, не опаздывайте.",
    "Я посмотрел логи, ошибка номер {n} больше не повторяется.",
    "Маршрут на выходные: {n} километров и один перевал.",
    "Спасибо, всё получилось!",
    "Давайте обсудим это завтра за чаем.",
    "Отправил отчёт за неделю {n}.",
];

/// Japanese and Chinese.
pub(super) const CJK: &[&str] = &[
    "おはようございます。今日もよろしくお願いします。",
    "請求書{n}を確認しました。問題ありません。",
    "写真を{n}枚アップロードしました📷",
    "会議は{n}号室に変わりました。",
    "新しいデザインの第{n}版です。ご意見をください。",
    "京都行きの電車は{n}番線です。",
    "发票{n}已经付款了,谢谢。",
    "明天的会议改到下午{n}点。",
    "照片拍得真好!",
];

/// Arabic.
pub(super) const ARABIC: &[&str] = &[
    "صباح الخير للجميع",
    "الفاتورة رقم {n} جاهزة للمراجعة",
    "الاجتماع في الغرفة {n} بعد قليل",
    "القطار رقم {n} يصل في السابعة مساءً",
    "شكرًا جزيلًا، هذا مفيد جدًا",
    "سأحضر الشاي والخبز يوم السبت",
    "الطريق طوله {n} كيلومترًا",
];

/// Emoji, also those that several code points make together.
pub(super) const EMOJI: &[&str] = &[
    "👍",
    "🎉🎉🎉",
    "👩‍👩‍👧‍👦 see you all on Saturday",
    "🏳️‍🌈 and ☀️ today",
    "👨🏽‍💻 build {n} is mine",
    "🧑🏿‍🚒🚒 fire drill at {n}",
    "❤️‍🔥",
    "🇫🇷 → 🇯🇵 in {n} days",
];

/// Posts of the channel.
pub(super) const POSTS: &[&str] = &[
    "Issue {n}: the last lamplighter of the harbour talks about his forty years on the ladder.",
    "Issue {n}: how a village of two hundred runs its own weather station.",
    "Issue {n}: a short history of the night train, with maps.",
    "Issue {n}: why paper invoices refuse to die. A visit to the archive.",
    "Issue {n}: readers' recipes for cold evenings.",
    "Issue {n}: the bridge that was moved by hand.",
];

/// Comments under them.
pub(super) const COMMENTS: &[&str] = &[
    "Lovely piece, the map on page {n} is wonderful.",
    "My grandfather did the same work.",
    "Is there a longer version?",
    "I have been there, it is smaller than it looks.",
    "The photo is from the other harbour, I think.",
    "More of these please.",
    "Page {n} has a typo, otherwise perfect.",
];
