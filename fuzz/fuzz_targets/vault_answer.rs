//! What a server, or whoever answers in its place, may send to the agent.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| vouchsafe_agent::store::vault::read_every_way(body));
