//! Eight people and two bots.

use super::*;
use crate::world::accounts::{Account, Password};
use crate::world::mailboxes::Contact;

struct Person {
    id: i64,
    phone: &'static str,
    name: (&'static str, &'static str),
    username: Option<&'static str>,
    about: &'static str,
    last_seen: i32,
}

const PEOPLE: [Person; 8] = [
    Person {
        id: ALICE,
        phone: "15550001",
        name: ("Alice", "Moreau"),
        username: Some("alice_moreau"),
        about: "Product lead. Tea, trails and tidy invoices.",
        last_seen: 0,
    },
    Person {
        id: BOB,
        phone: "15550002",
        name: ("Bob", "Lindqvist"),
        username: Some("bob_lindqvist"),
        about: "Backend and broken bicycles.",
        last_seen: 0,
    },
    Person {
        id: CAROL,
        phone: "15550003",
        name: ("Carol", "Okafor"),
        username: Some("carol_okafor"),
        about: "Editor of Lantern Weekly.",
        last_seen: END - 600,
    },
    Person {
        id: DMITRI,
        phone: "15550004",
        name: ("Дмитрий", "Орлов"),
        username: Some("dmitri_orlov"),
        about: "Инфраструктура и горы.",
        last_seen: END - 4_000,
    },
    Person {
        id: EMI,
        phone: "15550005",
        name: ("Emi", "Tanaka"),
        username: Some("emi_tanaka"),
        about: "デザイン、写真、旅。",
        last_seen: END - 90,
    },
    Person {
        id: FARID,
        phone: "15550006",
        name: ("فريد", "حداد"),
        username: Some("farid_haddad"),
        about: "مهندس ومسافر.",
        last_seen: END - 86_000,
    },
    Person {
        id: GRACE,
        phone: "15550007",
        name: ("Grace", "Kim"),
        username: Some("grace_kim_ops"),
        about: "Operations.",
        last_seen: 0,
    },
    Person {
        id: HUGO,
        phone: "15550008",
        name: ("Hugo", "Santos"),
        username: None,
        about: "",
        last_seen: END - 300_000,
    },
];

/// Creates the accounts and their address books.
pub(super) fn settle(gardener: &mut Gardener) {
    let portrait = gardener.gallery.portrait;
    for person in &PEOPLE {
        let account = Account {
            username: person.username.map(str::to_owned),
            about: person.about.to_owned(),
            last_seen: person.last_seen,
            photo: (person.id == ALICE || person.id == EMI).then_some(portrait),
            password: (person.id == CAROL)
                .then(|| Password { text: "correct horse".to_owned(), hint: "the usual".to_owned() }),
            ..Account::person(person.id, person.phone, person.name.0, person.name.1)
        };
        gardener.world.accounts.insert(account);
    }
    let bots = [
        (INVOICE_BOT, "Invoice Helper", "invoice_helper_bot", "Reminds of invoices that are due."),
        (DEPLOY_BOT, "Deploy Watch", "deploy_watch_bot", "Tells what was deployed, and what went wrong."),
    ];
    for (id, name, username, about) in bots {
        let token = format!("{id}:sandbox-token-of-{username}");
        gardener.world.accounts.insert(Account { about: about.to_owned(), ..Account::bot(id, name, username, &token) });
    }
    befriend(&mut gardener.world);
}

/// Alice knows everybody but Hugo; the others know her, some of them.
fn befriend(world: &mut World) {
    let known = [BOB, CAROL, DMITRI, EMI, FARID, GRACE];
    for other in known {
        add_contact(world, ALICE, other);
    }
    for other in [BOB, CAROL, DMITRI, EMI] {
        add_contact(world, other, ALICE);
    }
}

fn add_contact(world: &mut World, owner: i64, other: i64) {
    let Some(account) = world.accounts.get(other) else { return };
    let (first_name, last_name) = (account.first_name.clone(), account.last_name.clone());
    world.mailbox_mut(owner).contacts.insert(other, Contact { first_name, last_name });
}
