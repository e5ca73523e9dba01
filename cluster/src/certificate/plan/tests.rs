use super::*;

/// 2026-11-28.
const NOW: i64 = 1_795_824_000;

fn names(list: &str) -> BTreeSet<String> {
    list.split(',').map(str::to_owned).collect()
}

/// What a first replica stores.
fn founded() -> Stored {
    Plan::Found
        .carry_out(None, &names("a.svc"), SHARED_LIFETIME, NOW)
        .unwrap()
        .unwrap()
}

fn decide(stored: &Stored, announced: &Bundle, now: i64) -> Plan {
    plan(Some(stored), &names("a.svc"), announced, now)
}

fn carry_out(plan: Plan, stored: Stored, now: i64) -> Stored {
    plan.carry_out(Some(stored), &names("a.svc"), SHARED_LIFETIME, now)
        .unwrap()
        .unwrap()
}

#[test]
fn a_certificate_is_kept_until_a_third_of_it_is_left() {
    let stored = founded();
    let due = NOW + 16 * HOUR;
    let kept = Plan::Keep { until: due };
    // Before its beginning too: then this clock is behind.
    for now in [NOW - 10 * DAY, NOW, due - 1] {
        assert_eq!(decide(&stored, &Bundle::default(), now), kept);
    }
    for now in [due, NOW + 24 * HOUR, NOW + 30 * DAY] {
        assert_eq!(decide(&stored, &Bundle::default(), now), Plan::Issue);
    }
    let stored = carry_out(Plan::Issue, stored, due);
    let kept = Plan::Keep {
        until: due + 16 * HOUR,
    };
    assert_eq!(decide(&stored, &Bundle::default(), due), kept);
}

#[test]
fn a_successor_signs_only_when_it_is_announced() {
    let stored = founded();
    let end = stored.authority.validity().not_after;
    let stored = carry_out(Plan::Issue, stored, end - SUCCESSION - HOUR);
    let due = Plan::Keep {
        until: end - SUCCESSION,
    };
    assert_eq!(
        decide(&stored, &Bundle::default(), end - SUCCESSION - 1),
        due
    );
    let now = end - SUCCESSION;
    assert_eq!(
        decide(&stored, &Bundle::default(), now),
        Plan::MakeSuccessor
    );
    let stored = carry_out(Plan::MakeSuccessor, stored, now);
    let stored = carry_out(Plan::Issue, stored, end - HANDOVER - HOUR);
    let only_first = Bundle::new([stored.authority.certificate()]);
    let both = stored.authorities();
    assert_eq!(both.len(), 2);
    let kept = Plan::Keep {
        until: end - HANDOVER,
    };
    assert_eq!(decide(&stored, &both, end - HANDOVER - 1), kept);
    let kept = decide(&stored, &only_first, end - HANDOVER);
    assert!(matches!(kept, Plan::Keep { .. }), "{kept:?}");
    assert_eq!(decide(&stored, &both, end - HANDOVER), Plan::HandOver);

    let successor = stored.successor.as_ref().unwrap().certificate().clone();
    let stored = carry_out(Plan::HandOver, stored, end - HANDOVER);
    assert_eq!(stored.authority.certificate(), &successor);
    assert!(stored.successor.is_none());
    let leaf = stored.leaf.as_ref().unwrap();
    assert!(stored.authority.vouches_for(leaf, end - HANDOVER));
}

#[test]
fn an_authority_that_has_ended_is_followed_by_what_there_is() {
    let stored = founded();
    let end = stored.authority.validity().not_after;
    assert_eq!(decide(&stored, &Bundle::default(), end), Plan::Found);
    let stored = carry_out(Plan::MakeSuccessor, stored, end - SUCCESSION);
    // Nothing is trusted any more, so there is nothing to wait for.
    assert_eq!(decide(&stored, &Bundle::default(), end), Plan::HandOver);
    let much_later = end + 1000 * DAY;
    assert_eq!(decide(&stored, &Bundle::default(), much_later), Plan::Found);
}

#[test]
fn no_certificate_outlives_its_authority_or_is_made_again_and_again_at_its_end() {
    let stored = founded();
    let end = stored.authority.validity().not_after;
    let mut stored = carry_out(Plan::MakeSuccessor, stored, end - SUCCESSION);
    stored = carry_out(Plan::Issue, stored, end - HOUR);
    let leaf = stored.leaf.as_ref().unwrap();
    assert_eq!(leaf.validity().unwrap().not_after, end);
    let only_first = Bundle::new([stored.authority.certificate()]);
    let kept = decide(&stored, &only_first, end - HOUR / 2);
    assert!(matches!(kept, Plan::Keep { .. }), "{kept:?}");
}

#[test]
fn what_does_not_fit_together_is_replaced() {
    let spoilt = |change: &dyn Fn(&mut Stored)| {
        let mut stored = founded();
        change(&mut stored);
        decide(&stored, &Bundle::default(), NOW)
    };
    let other = founded;
    assert_eq!(spoilt(&|stored| stored.leaf = None), Plan::Issue);
    assert_eq!(spoilt(&|stored| stored.leaf = other().leaf), Plan::Issue);
    assert_eq!(
        spoilt(&|stored| stored.authority = other().authority),
        Plan::Issue
    );
    assert_eq!(
        plan(None, &names("a.svc"), &Bundle::default(), NOW),
        Plan::Found
    );
    assert_eq!(
        plan(
            Some(&founded()),
            &names("a.svc,b.svc"),
            &Bundle::default(),
            NOW
        ),
        Plan::Issue
    );

    // What the Secret may hold after an accident.
    let mut data = std::collections::BTreeMap::new();
    founded().write(&mut data);
    assert!(Stored::read(&data).is_some());
    let mut mixed = data.clone();
    other().write(&mut mixed);
    for key in ["ca.crt", "ca.key"] {
        let mut spoilt = data.clone();
        spoilt.insert(key.to_owned(), mixed[key].clone());
        assert!(Stored::read(&spoilt).is_none(), "{key}");
        spoilt.remove(key);
        assert!(Stored::read(&spoilt).is_none(), "{key}");
    }
    for key in ["tls.crt", "tls.key"] {
        let mut spoilt = data.clone();
        spoilt.insert(key.to_owned(), mixed[key].clone());
        let stored = Stored::read(&spoilt).unwrap();
        assert_eq!(decide(&stored, &Bundle::default(), NOW), Plan::Issue);
    }
}

#[test]
fn a_new_name_is_added_to_those_there_were_and_later_stands_alone() {
    let stored = founded();
    let both = Plan::Issue
        .carry_out(Some(stored), &names("b.svc"), SHARED_LIFETIME, NOW)
        .unwrap()
        .unwrap();
    let hosts = |stored: &Stored| stored.leaf.as_ref().unwrap().hosts();
    assert_eq!(hosts(&both), names("a.svc,b.svc"));
    let renewed = Plan::Issue
        .carry_out(Some(both), &names("b.svc"), SHARED_LIFETIME, NOW + DAY)
        .unwrap()
        .unwrap();
    assert_eq!(hosts(&renewed), names("b.svc"));
}

#[test]
fn the_authorities_of_others_stay_for_two_days_and_until_a_certificate_is_known() {
    let mut stored = founded();
    assert!(!others_are_gone(&stored, NOW + OTHERS_AFTER));
    assert!(others_are_gone(&stored, NOW + OTHERS_AFTER + 1));
    stored = carry_out(Plan::Issue, stored, NOW + OTHERS_AFTER);
    assert!(!others_are_gone(&stored, NOW + OTHERS_AFTER + LEAF_SETTLED));
    assert!(others_are_gone(
        &stored,
        NOW + OTHERS_AFTER + LEAF_SETTLED + 1
    ));
}

#[test]
fn nothing_that_is_printed_holds_a_key() {
    let stored = founded();
    let printed = format!("{stored:?} {:?}", stored.leaf.as_ref().unwrap().identity());
    assert!(printed.len() < 400, "{printed}");
    assert!(!printed.contains("PRIVATE"), "{printed}");
}
