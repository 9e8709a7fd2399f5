use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::AddContact;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, TelegramError};
use telegraphist_application::views::Changed;
use telegraphist_domain::{ChatId, ChatRef};

use super::asking::changed;
use crate::account::Account;

#[async_trait]
impl Execute<AddContact> for Account {
    async fn execute(&self, call: &Execution, operation: &AddContact) -> Result<Changed, TelegramError> {
        let peer = match operation.chat.parse()? {
            ChatRef::Phone(phone) => {
                // Importing tells whether there is somebody; who may not see everybody has to be let through before.
                if !call.reach.is_open() {
                    self.resolve(call, &ChatRef::Phone(phone.clone())).await?;
                }
                let peer = self.import(call, operation, phone).await?;
                if operation.share_phone {
                    self.add(call, operation, &peer).await?;
                }
                peer
            }
            ChatRef::Me | ChatRef::Id(_) | ChatRef::Username(_) | ChatRef::Invite(_) => {
                let (peer, _) = self.person(call, &operation.chat).await?;
                self.add(call, operation, &peer).await?;
                peer
            }
        };
        Ok(changed("added", &peer, Vec::new()))
    }
}

impl Account {
    async fn add(&self, call: &Execution, operation: &AddContact, peer: &KnownPeer) -> Result<(), TelegramError> {
        let request = tl::functions::contacts::AddContact {
            add_phone_privacy_exception: operation.share_phone,
            id: Self::input_user(peer)?,
            first_name: operation.first_name.clone(),
            last_name: operation.last_name.clone(),
            phone: String::new(),
            note: None,
        };
        let updates = self.write(call, &request).await?;
        self.learn_updates(call, &updates).await;
        Ok(())
    }

    /// Somebody known by phone only becomes known by being imported.
    async fn import(
        &self,
        call: &Execution,
        operation: &AddContact,
        phone: String,
    ) -> Result<KnownPeer, TelegramError> {
        let request = tl::functions::contacts::ImportContacts {
            contacts: vec![
                tl::types::InputPhoneContact {
                    client_id: 0,
                    phone: format!("+{phone}"),
                    first_name: operation.first_name.clone(),
                    last_name: operation.last_name.clone(),
                    note: None,
                }
                .into(),
            ],
        };
        let tl::enums::contacts::ImportedContacts::Contacts(answer) = self.write(call, &request).await?;
        self.learn(&answer.users, &[]).await?;
        let Some(tl::enums::ImportedContact::Contact(imported)) = answer.imported.first() else {
            let problem = "nobody with this number can be found on Telegram; ask them for their @name";
            return Err(Refused::new("chat", problem).into());
        };
        self.resolve(call, &ChatRef::Id(ChatId(imported.user_id))).await
    }
}
