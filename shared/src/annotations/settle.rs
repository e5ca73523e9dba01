//! Which of two settings counts that exclude each other.

use std::cmp::Ordering;

use super::{
    collect::Collected,
    reader::read,
    setting::{Key, Setting},
    table::Name,
    values,
};

impl<'a> Collected<'a> {
    /// Of two settings that cannot both be, in different layers, the stronger layer's is meant.
    pub(super) fn settle(&mut self) {
        let pod = |name| (name, None);
        for (left, right) in [
            (pod(Name::InitFirst), pod(Name::Placement)),
            (pod(Name::TokenVolume), pod(Name::TokenAudience)),
            (pod(Name::TokenVolume), pod(Name::TokenExpiration)),
            (pod(Name::Role), (Name::AuthConfig, Some("role"))),
        ] {
            self.keep_stronger(left, right);
        }
        let same_user = pod(Name::RunAsSameUser);
        if self
            .first(same_user)
            .and_then(|same| read(same, values::boolean))
            == Some(true)
        {
            self.keep_stronger(pod(Name::RunAsUser), same_user);
        }
        let mut secrets: Vec<&str> = self
            .settings
            .keys()
            .filter_map(|(_, about)| *about)
            .collect();
        secrets.sort_unstable();
        secrets.dedup();
        for secret in secrets {
            self.take_away(secret);
            for (left, right) in [
                (Name::Template, Name::TemplateFile),
                (Name::Template, Name::Format),
                (Name::TemplateFile, Name::Format),
            ] {
                self.keep_stronger((left, Some(secret)), (right, Some(secret)));
            }
        }
    }

    /// A blank `secret-NAME` takes away what makes the file in weaker layers, templates too.
    fn take_away(&mut self, secret: &'a str) {
        let key = (Name::Secret, Some(secret));
        let Some(rank) = self
            .first(key)
            .filter(|setting| setting.is_blank())
            .map(|setting| setting.rank)
        else {
            return;
        };
        for name in [Name::Template, Name::TemplateFile] {
            let other = (name, Some(secret));
            if self.first(other).is_some_and(|setting| setting.rank > rank) {
                self.replace(key, other);
            }
        }
    }

    fn first(&self, key: Key<'a>) -> Option<&Setting<'a>> {
        self.settings.get(&key)?.first()
    }

    fn replace(&mut self, kept: Key<'a>, dropped: Key<'a>) {
        if let Some(dropped) = self.settings.remove(&dropped)
            && let Some(kept) = self.settings.get_mut(&kept)
        {
            kept.extend(dropped);
        }
    }

    fn keep_stronger(&mut self, left: Key<'a>, right: Key<'a>) {
        let (Some(one), Some(other)) = (self.first(left), self.first(right)) else {
            return;
        };
        let (kept, dropped, winner) = match one.rank.cmp(&other.rank) {
            Ordering::Less => (left, right, one),
            Ordering::Greater => (right, left, other),
            Ordering::Equal => return,
        };
        if !winner.is_blank() {
            self.replace(kept, dropped);
        }
    }
}
