//! Every method of the box answers a well-formed request with what its type promises.

use std::collections::BTreeSet;

use grammers_tl_types::Identifiable;
use tl::enums::{InputMedia, InputPeer};
use tl::functions::*;

use super::*;
use crate::rpc::METHODS;
use crate::world::seed::{HIKERS, INVOICE_BOT, LANTERN, LANTERN_CHAT, OPEN_TRAILS, PRODUCT_TEAM};

/// Notes which methods were asked.
struct Interview {
    stage: Stage,
    alice: Caller,
    asked: BTreeSet<u32>,
    last_random_id: i64,
}

impl Interview {
    fn asks<R: RemoteCall + Identifiable>(&mut self, request: &R) -> R::Return {
        self.asked.insert(R::CONSTRUCTOR_ID);
        let name = tl::name_for_id(R::CONSTRUCTOR_ID);
        let alice = self.alice;
        self.stage.ask(&alice, request).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn peer(&self, peer: Peer) -> InputPeer {
        self.stage.input(&self.alice, peer)
    }

    fn dialog(&self, peer: Peer) -> tl::enums::InputDialogPeer {
        tl::types::InputDialogPeer { peer: self.peer(peer) }.into()
    }

    fn channel(&self, peer: Peer) -> tl::enums::InputChannel {
        self.stage.channel(&self.alice, peer)
    }

    fn user(&self, user: i64) -> tl::enums::InputUser {
        self.stage.user(&self.alice, user)
    }

    fn random_id(&mut self) -> i64 {
        self.last_random_id += 1;
        self.last_random_id
    }

    /// Alice sends a message and learns its id.
    fn says(&mut self, peer: Peer, due: Option<i32>) -> i32 {
        let random_id = self.random_id();
        let request =
            messages::SendMessage { schedule_date: due, ..text_to(self.peer(peer), "For the interview.", random_id) };
        match updates_of(&self.asks(&request))[0] {
            tl::enums::Update::MessageId(ref update) => update.id,
            ref other => panic!("the id comes first, not {other:?}"),
        }
    }

    fn uploads(&mut self, file_id: i64, bytes: &[u8]) -> tl::enums::InputFile {
        self.asks(&upload::SaveFilePart { file_id, file_part: 0, bytes: bytes.to_vec() });
        let (name, md5_checksum) = ("picture.png".to_owned(), String::new());
        tl::types::InputFile { id: file_id, parts: 1, name, md5_checksum }.into()
    }
}

const PICTURE: &[u8] = include_bytes!("../../../assets/chart.png");

#[test]
fn every_method_answers_a_well_formed_request() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let mut interview = Interview { stage, alice, asked: BTreeSet::new(), last_random_id: 0 };
    about_the_service(&mut interview);
    about_people(&mut interview);
    about_reading(&mut interview);
    about_conversations(&mut interview);
    about_channels(&mut interview);
    about_writing(&mut interview);
    about_files(&mut interview);
    about_the_schedule(&mut interview);
    about_groups(&mut interview);
    about_bots(&mut interview);
    let missing = METHODS.iter().filter(|id| !interview.asked.contains(id)).map(|id| tl::name_for_id(*id));
    let sign_in =
        |name: &&str| name.starts_with("auth.") || name.contains("Authorization") || *name == "account.getPassword";
    let missing: Vec<&str> = missing.filter(|name| !sign_in(name)).collect();
    assert_eq!(missing, [""; 0], "every method has to be asked");
}

fn about_the_service(interview: &mut Interview) {
    let lang = || ("android".to_owned(), "en".to_owned());
    let tl::enums::Config::Config(config) = interview.asks(&help::GetConfig {});
    assert_eq!(config.dc_options.len(), 5);
    interview.asks(&help::GetNearestDc {});
    interview.asks(&help::GetAppConfig { hash: 0 });
    let (lang_pack, lang_code) = lang();
    interview.asks(&langpack::GetLangPack { lang_pack, lang_code });
    let (lang_pack, lang_code) = lang();
    interview.asks(&langpack::GetDifference { lang_pack, lang_code, from_version: 0 });
    interview.asks(&updates::GetState {});
    interview.asks(&updates::GetDifference { pts: i32::MAX, ..blank(&[]) });
    let channel = interview.channel(PRODUCT_TEAM);
    let filter = tl::enums::ChannelMessagesFilter::Empty;
    interview.asks(&updates::GetChannelDifference { force: false, channel, filter, pts: 1, limit: 100 });
    interview.asks(&messages::GetAvailableReactions { hash: 0 });
}

fn about_people(interview: &mut Interview) {
    let bob = interview.user(BOB);
    interview.asks(&users::GetUsers { id: vec![tl::enums::InputUser::UserSelf, bob.clone()] });
    interview.asks(&users::GetFullUser { id: bob.clone() });
    interview.asks(&photos::GetUserPhotos { user_id: tl::enums::InputUser::UserSelf, offset: 0, max_id: 0, limit: 10 });
    interview.asks(&account::UpdateStatus { offline: true });
    interview.asks(&account::UpdateProfile { first_name: None, last_name: None, about: Some("New.".to_owned()) });
    let peer = tl::types::InputNotifyPeer { peer: interview.peer(Peer::User(BOB)) }.into();
    interview.asks(&account::GetNotifySettings { peer });
    interview.asks(&contacts::GetContacts { hash: 0 });
    interview.asks(&contacts::GetStatuses {});
    interview.asks(&contacts::Search { broadcasts: false, bots: false, q: "bob".to_owned(), limit: 10 });
    interview.asks(&contacts::ResolveUsername { username: "emi_tanaka".to_owned(), referer: None });
    interview.asks(&contacts::ResolvePhone { phone: "15550008".to_owned() });
    let (first_name, last_name) = ("Bobby".to_owned(), String::new());
    interview.asks(&contacts::AddContact {
        add_phone_privacy_exception: false,
        id: bob.clone(),
        first_name: first_name.clone(),
        last_name: last_name.clone(),
        phone: String::new(),
        note: None,
    });
    let phone = "+15550008".to_owned();
    let contact = tl::types::InputPhoneContact { client_id: 1, phone, first_name, last_name, note: None };
    let tl::enums::contacts::ImportedContacts::Contacts(imported) =
        interview.asks(&contacts::ImportContacts { contacts: vec![contact.into()] });
    assert_eq!(imported.imported.len(), 1);
    interview.asks(&contacts::DeleteContacts { id: vec![bob] });
    let id = interview.peer(Peer::User(BOB));
    interview.asks(&contacts::Block { my_stories_from: false, id: id.clone() });
    interview.asks(&contacts::GetBlocked { my_stories_from: false, offset: 0, limit: 10 });
    interview.asks(&contacts::Unblock { my_stories_from: false, id });
}

fn about_reading(interview: &mut Interview) {
    let bob = interview.peer(Peer::User(BOB));
    let newest = interview.stage.newest(ALICE, Peer::User(BOB), |_| true);
    let wanted = |id| tl::enums::InputMessage::from(tl::types::InputMessageId { id });
    interview.asks(&history(bob.clone(), 0, 10));
    interview.asks(&messages::GetMessages { id: vec![wanted(newest), wanted(1)] });
    let channel = interview.channel(LANTERN);
    interview.asks(&channels::GetMessages { channel, id: vec![wanted(3_000), tl::enums::InputMessage::Pinned] });
    let lantern = interview.peer(LANTERN);
    let commented = |message: &crate::world::messages::Message| {
        message.extra.as_ref().is_some_and(|extra| extra.discussion.is_some())
    };
    let post = interview.stage.newest(ALICE, LANTERN, commented);
    interview.asks(&messages::GetReplies { peer: lantern.clone(), msg_id: post, limit: 10, ..blank(&[EMPTY_PEER]) });
    interview.asks(&messages::GetDiscussionMessage { peer: lantern.clone(), msg_id: post });
    interview.asks(&messages::ReadDiscussion { peer: lantern.clone(), msg_id: post, read_max_id: 9_999 });
    interview.asks(&messages::GetMessagesViews { peer: lantern, id: vec![post], increment: true });
    let filter = tl::enums::MessagesFilter::InputMessagesFilterPhotos;
    let (q, limit) = ("invoice".to_owned(), 10);
    let empty = 0x57e2_f66c;
    interview.asks(&messages::Search { peer: bob.clone(), q: q.clone(), limit, ..blank(&[0, EMPTY_PEER, 0, empty]) });
    interview.asks(&messages::SearchGlobal { q, limit, ..blank(&[0, 0, empty, 0, 0, 0, EMPTY_PEER]) });
    interview.asks(&messages::GetSearchCounters {
        peer: bob.clone(),
        saved_peer_id: None,
        top_msg_id: None,
        filters: vec![filter],
    });
    interview.asks(&messages::GetUnreadMentions { peer: bob.clone(), limit, ..blank(&[0, EMPTY_PEER]) });
    interview.asks(&messages::ReadMentions { peer: bob.clone(), top_msg_id: None });
    interview.asks(&messages::ReadMessageContents { id: vec![newest] });
    let channel = interview.channel(PRODUCT_TEAM);
    interview.asks(&channels::ReadMessageContents { channel: channel.clone(), id: vec![3_001] });
    interview.asks(&messages::ReadHistory { peer: bob, max_id: newest });
    interview.asks(&channels::ReadHistory { channel, max_id: 0 });
}

fn about_conversations(interview: &mut Interview) {
    interview.asks(&messages::GetDialogs { limit: 100, ..blank(&[0, 0, 0, EMPTY_PEER]) });
    let bob = interview.dialog(Peer::User(BOB));
    interview.asks(&messages::GetPeerDialogs { peers: vec![bob.clone()] });
    interview.asks(&messages::ToggleDialogPin { pinned: true, peer: bob.clone() });
    interview.asks(&messages::GetPinnedDialogs { folder_id: 0 });
    interview.asks(&messages::MarkDialogUnread { unread: true, parent_peer: None, peer: bob });
    interview.asks(&messages::GetDialogUnreadMarks { parent_peer: None });
    let peer = interview.peer(HIKERS);
    interview.asks(&messages::SaveDraft { peer: peer.clone(), message: "Later".to_owned(), ..blank(&[0, EMPTY_PEER]) });
    interview.asks(&messages::GetAllDrafts {});
    let folder_peers = vec![tl::types::InputFolderPeer { peer: peer.clone(), folder_id: 1 }.into()];
    interview.asks(&folders::EditPeerFolders { folder_peers });
    interview.asks(&messages::GetDialogFilters {});
    interview.asks(&messages::UpdateDialogFilter { id: 9, filter: Some(tl::enums::DialogFilter::Default) });
    interview.asks(&messages::GetPeerSettings { peer: peer.clone() });
    interview.asks(&messages::GetOnlines { peer: peer.clone() });
    let action = tl::enums::SendMessageAction::SendMessageTypingAction;
    interview.asks(&messages::SetTyping { peer, top_msg_id: None, action });
    let peer = interview.peer(PRODUCT_TEAM);
    interview.asks(&messages::GetForumTopics { peer: peer.clone(), limit: 10, ..blank(&[0, EMPTY_PEER]) });
    interview.asks(&messages::GetForumTopicsById { peer, topics: vec![1] });
}

fn about_channels(interview: &mut Interview) {
    let team = interview.channel(PRODUCT_TEAM);
    interview.asks(&channels::GetChannels { id: vec![team.clone()] });
    interview.asks(&channels::GetFullChannel { channel: team.clone() });
    for filter in [
        tl::enums::ChannelParticipantsFilter::ChannelParticipantsRecent,
        tl::enums::ChannelParticipantsFilter::ChannelParticipantsAdmins,
        tl::enums::ChannelParticipantsFilter::ChannelParticipantsBots,
        tl::types::ChannelParticipantsKicked { q: String::new() }.into(),
        tl::types::ChannelParticipantsSearch { q: "car".to_owned() }.into(),
    ] {
        interview.asks(&channels::GetParticipants { channel: team.clone(), filter, offset: 0, limit: 50, hash: 0 });
    }
    interview.asks(&channels::GetParticipant { channel: team.clone(), participant: InputPeer::PeerSelf });
    interview.asks(&channels::ExportMessageLink { grouped: false, thread: false, channel: team.clone(), id: 3_000 });
    let hugo = interview.user(crate::world::seed::HUGO);
    interview.asks(&channels::InviteToChannel { channel: team, users: vec![hugo] });
    let trails = interview.channel(OPEN_TRAILS);
    interview.asks(&channels::JoinChannel { channel: trails.clone() });
    interview.asks(&channels::LeaveChannel { channel: trails });
    let peer = interview.peer(PRODUCT_TEAM);
    interview.asks(&messages::ExportChatInvite { peer, ..blank(&[0, EMPTY_PEER]) });
}

fn about_writing(interview: &mut Interview) {
    let bob = interview.peer(Peer::User(BOB));
    let id = interview.says(Peer::User(BOB), None);
    interview.asks(&messages::GetMessageEditData { peer: bob.clone(), id });
    let message = Some("Edited.".to_owned());
    interview.asks(&messages::EditMessage { peer: bob.clone(), id, message, ..blank(&[0, EMPTY_PEER]) });
    interview.asks(&messages::UpdatePinnedMessage { peer: bob.clone(), id, ..blank(&[0, EMPTY_PEER]) });
    interview.asks(&messages::UnpinAllMessages { peer: bob.clone(), top_msg_id: None, saved_peer_id: None });
    let reaction = Some(vec![tl::types::ReactionEmoji { emoticon: "👍".to_owned() }.into()]);
    let peer = bob.clone();
    interview.asks(&messages::SendReaction { big: false, add_to_recent: false, peer, msg_id: id, reaction });
    interview.asks(&messages::GetMessagesReactions { peer: bob.clone(), id: vec![id] });
    let (peer, reaction, offset) = (bob.clone(), None, None);
    interview.asks(&messages::GetMessageReactionsList { peer, id, reaction, offset, limit: 10 });
    let random_id = interview.random_id();
    interview.asks(&messages::ForwardMessages {
        from_peer: bob.clone(),
        to_peer: InputPeer::PeerSelf,
        id: vec![id],
        random_id: vec![random_id],
        ..blank(&[0, EMPTY_PEER, EMPTY_LIST, 0, EMPTY_LIST, 0, EMPTY_PEER])
    });
    let is_poll = |message: &crate::world::messages::Message| {
        matches!(message.media(), Some(crate::world::messages::Media::Poll(_)))
    };
    let msg_id = interview.stage.newest(ALICE, HIKERS, is_poll);
    let peer = interview.peer(HIKERS);
    interview.asks(&messages::SendVote { peer: peer.clone(), msg_id, options: vec![b"1".to_vec()] });
    interview.asks(&messages::GetPollResults { peer, msg_id, poll_hash: 0 });
    interview.asks(&messages::DeleteMessages { revoke: true, id: vec![id] });
    let posted = interview.says(PRODUCT_TEAM, None);
    let channel = interview.channel(PRODUCT_TEAM);
    interview.asks(&channels::DeleteMessages { channel, id: vec![posted] });
    let emi = interview.peer(Peer::User(crate::world::seed::EMI));
    interview.asks(&messages::DeleteHistory { peer: emi, ..blank(&[0, EMPTY_PEER]) });
}

fn about_files(interview: &mut Interview) {
    let message = "https://lantern.example/".to_owned();
    interview.asks(&messages::GetWebPagePreview { message, entities: None });
    interview.asks(&upload::SaveBigFilePart { file_id: 8, file_part: 0, file_total_parts: 1, bytes: vec![0; 1_024] });
    let peer = interview.peer(LANTERN_CHAT);
    let file = interview.uploads(1, PICTURE);
    let media: InputMedia = tl::types::InputMediaUploadedPhoto { file, ..blank(&[0, 0xf52f_f27f]) }.into();
    let random_id = interview.random_id();
    let empty_media = 0x9664_f57f;
    interview.asks(&messages::SendMedia {
        peer: peer.clone(),
        media,
        random_id,
        ..blank(&[0, EMPTY_PEER, empty_media])
    });
    let file = interview.uploads(2, PICTURE);
    let media =
        tl::types::InputMediaUploadedDocument { file, ..blank(&[0, 0xf52f_f27f, 0, 0, 0, 0, 0, 0, EMPTY_LIST]) };
    let (business_connection_id, media) = (None, media.into());
    let uploaded = interview.asks(&messages::UploadMedia { business_connection_id, peer: peer.clone(), media });
    let tl::enums::MessageMedia::Document(uploaded) = uploaded else { panic!("a document was uploaded") };
    let Some(tl::enums::Document::Document(document)) = uploaded.document else { panic!("it is there") };
    let (id, access_hash, file_reference) = (document.id, document.access_hash, document.file_reference);
    let location = tl::types::InputDocumentFileLocation {
        id,
        access_hash,
        file_reference: file_reference.clone(),
        thumb_size: String::new(),
    };
    let tl::enums::upload::File::File(file) =
        interview.asks(&upload::GetFile { location: location.into(), limit: 4_096, ..blank(&[0, 0xdfda_abe1]) })
    else {
        panic!("files come from the box itself")
    };
    assert_eq!(file.bytes, PICTURE);
    let known = tl::types::InputDocument { id, access_hash, file_reference };
    let single = |random_id| {
        let media = tl::types::InputMediaDocument { id: known.clone().into(), ..blank(&[0, 0x72f0_eaae]) };
        tl::types::InputSingleMedia { media: media.into(), random_id, message: String::new(), entities: None }.into()
    };
    let multi_media = vec![single(interview.random_id()), single(interview.random_id())];
    interview.asks(&messages::SendMultiMedia { peer, multi_media, ..blank(&[0, EMPTY_PEER, EMPTY_LIST]) });
}

fn about_the_schedule(interview: &mut Interview) {
    let due = Some(interview.stage.world.now() + 3_600);
    let [first, second] = [(); 2].map(|()| interview.says(Peer::User(BOB), due));
    let peer = interview.peer(Peer::User(BOB));
    interview.asks(&messages::GetScheduledHistory { peer: peer.clone(), hash: 0 });
    interview.asks(&messages::GetScheduledMessages { peer: peer.clone(), id: vec![first] });
    interview.asks(&messages::SendScheduledMessages { peer: peer.clone(), id: vec![first] });
    interview.asks(&messages::DeleteScheduledMessages { peer, id: vec![second] });
}

fn about_bots(interview: &mut Interview) {
    let bot = interview.user(INVOICE_BOT);
    let peer = interview.peer(Peer::User(INVOICE_BOT));
    let random_id = interview.random_id();
    interview.asks(&messages::StartBot { bot, peer, random_id, start_param: "now".to_owned() });
    let robot = interview.stage.client(INVOICE_BOT);
    let (query, id) = super::bots::press(&mut interview.stage, &robot, &interview.alice.clone());
    interview.asked.insert(messages::GetBotCallbackAnswer::CONSTRUCTOR_ID);
    interview.asked.insert(messages::SetBotCallbackAnswer::CONSTRUCTOR_ID);
    assert!(id > 0);
    let answer =
        messages::SetBotCallbackAnswer { alert: false, query_id: query, message: None, url: None, cache_time: 0 };
    interview.stage.ask(&robot, &answer).expect("the bot may answer");
}

fn about_groups(interview: &mut Interview) {
    let chat_id = HIKERS.id();
    interview.asks(&messages::GetChats { id: vec![chat_id] });
    interview.asks(&messages::GetFullChat { chat_id });
    let user_id = interview.user(BOB);
    interview.asks(&messages::GetCommonChats { user_id: user_id.clone(), max_id: 0, limit: 10 });
    interview.asks(&messages::DeleteChatUser { revoke_history: false, chat_id, user_id: user_id.clone() });
    interview.asks(&messages::AddChatUser { chat_id, user_id, fwd_limit: 0 });
    let hash = interview.stage.world.channels[&OPEN_TRAILS.id()].invite.clone();
    interview.asks(&messages::CheckChatInvite { hash: hash.clone() });
    interview.asks(&messages::ImportChatInvite { hash });
}
