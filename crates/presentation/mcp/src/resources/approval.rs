use telegraphist_application::operations::GetApproval;
use telegraphist_application::readable::text_of;

use super::Kind;

/// One question.
pub(super) const APPROVAL: Kind = Kind {
    name: "approval",
    title: "Approval",
    description: "How a question that you asked stands, by its approval_id. Subscribable.",
    template: "tg://approval/{approval}",
    tools: &["get_approval"],
    read: |app, caller, values, context| {
        Box::pin(async move {
            let [approval_id] = <[String; 1]>::try_from(values).expect("the template has one placeholder");
            Ok(text_of(&app.perform_here(caller, GetApproval { approval_id }, context).await?))
        })
    },
};
