//! `src/memory.c` does what a loop over bytes does, at every size and alignment.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
#![allow(unsafe_code)]
#![expect(
    clippy::manual_memcpy,
    reason = "what is proposed instead calls what is tested"
)]

use std::{cmp::Ordering, ffi::c_int, ptr::from_ref};

// Links what the build script compiled.
use vouchsafe_resident as _;

unsafe extern "C" {
    fn tested_memcpy(to: *mut u8, from: *const u8, size: usize) -> *mut u8;
    fn tested_memmove(to: *mut u8, from: *const u8, size: usize) -> *mut u8;
    fn tested_memset(to: *mut u8, byte: c_int, size: usize) -> *mut u8;
    fn tested_memcmp(one: *const u8, other: *const u8, size: usize) -> c_int;
    fn tested_bcmp(one: *const u8, other: *const u8, size: usize) -> c_int;
}

/// Beyond several rounds of the longest loop.
const SIZES: usize = 600;
const ALIGNMENTS: usize = 64;
/// Around what is touched, to see that nothing else is.
const MARGIN: usize = 64;

fn numbered(length: usize) -> Vec<u8> {
    // As many as a prime, so that no two pieces of a power of two look the same.
    (0..251).cycle().take(length).collect()
}

#[test]
fn memory_is_copied_and_nothing_around_it() {
    let from = numbered(SIZES + ALIGNMENTS);
    for size in 0..=SIZES {
        for alignment in 0..ALIGNMENTS {
            let mut to = vec![0xee; MARGIN + ALIGNMENTS + SIZES + MARGIN];
            // Sources are aligned in every way to where they go.
            let (at, start) = (MARGIN + alignment, alignment * 7 % ALIGNMENTS);
            let mut expected = to.clone();
            for place in 0..size {
                expected[at + place] = from[start + place];
            }
            let target = to[at..at + size].as_mut_ptr();
            let source = from[start..start + size].as_ptr();
            // SAFETY: both pieces are as long as said, and of different vectors.
            let returned = unsafe { tested_memcpy(target, source, size) };
            assert_eq!(returned, target);
            assert_eq!(to, expected, "size {size}, alignment {alignment}");
        }
    }
}

#[test]
fn memory_is_moved_onto_itself_in_both_directions() {
    // How far: within a word, a vector, a round of the loop, and beyond each.
    let distances = [
        0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 48, 63, 64, 65, 100, 128, 300,
    ];
    for size in 0..=SIZES {
        for distance in distances {
            for alignment in [0, 1, 8, 15, 16, 33, 63] {
                let (low, high) = (MARGIN + alignment, MARGIN + alignment + distance);
                for (from, to) in [(low, high), (high, low)] {
                    let mut memory = numbered(high + size + MARGIN);
                    let mut expected = memory.clone();
                    for place in 0..size {
                        expected[to + place] = memory[from + place];
                    }
                    let start = memory.as_mut_ptr();
                    // SAFETY: both pieces are within the vector.
                    let returned = unsafe { tested_memmove(start.add(to), start.add(from), size) };
                    assert_eq!(returned, memory[to..].as_mut_ptr());
                    assert!(memory == expected, "size {size}, from {from} to {to}");
                }
            }
        }
    }
}

#[test]
fn memory_is_filled_and_nothing_around_it() {
    for size in 0..=SIZES {
        for alignment in 0..ALIGNMENTS {
            // Of a number that is no byte, its lowest eight bits count.
            for value in [0_i32, 0x5a, 0xff, -2, 0x123] {
                let mut memory = vec![0xee; MARGIN + ALIGNMENTS + SIZES + MARGIN];
                let at = MARGIN + alignment;
                let mut expected = memory.clone();
                for place in 0..size {
                    expected[at + place] = value.to_le_bytes()[0];
                }
                let target = memory[at..at + size].as_mut_ptr();
                // SAFETY: the piece is as long as said.
                let returned = unsafe { tested_memset(target, value, size) };
                assert_eq!(returned, target);
                assert!(memory == expected, "size {size}, alignment {alignment}");
            }
        }
    }
}

/// What both functions say of two pieces.
fn compared(one: &[u8], other: &[u8]) -> (Ordering, bool) {
    assert_eq!(one.len(), other.len());
    // SAFETY: both pieces are as long as said.
    let (order, differ) = unsafe {
        (
            tested_memcmp(one.as_ptr(), other.as_ptr(), one.len()),
            tested_bcmp(one.as_ptr(), other.as_ptr(), one.len()),
        )
    };
    (order.cmp(&0), differ != 0)
}

#[test]
fn the_first_byte_that_differs_decides_and_none_beyond_the_end() {
    for size in 0..=SIZES {
        for alignment in [0, 1, 7, 8, 15, 16, 31, 63] {
            let (one, mut other) = (numbered(SIZES + ALIGNMENTS), numbered(SIZES + ALIGNMENTS));
            let end = alignment + size;
            // Beyond the end on either side.
            other[end..].fill(0xff);
            other[..alignment].fill(0xff);
            let piece = alignment..end;
            assert_eq!(
                compared(&one[piece.clone()], &other[piece.clone()]),
                (Ordering::Equal, false)
            );
            let steps = [0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 63, 64, 200];
            let from_end = steps.iter().filter_map(|step| size.checked_sub(*step));
            for place in steps
                .iter()
                .copied()
                .chain(from_end)
                .filter(|place| *place < size)
            {
                let kept = other[alignment + place];
                // As bytes without a sign, and whatever comes after.
                for byte in [0x00, 0x7f, 0x80, 0xff, kept ^ 1] {
                    other[alignment + place] = byte;
                    let last = &mut other[end - 1];
                    let kept_last = *last;
                    if place + 1 < size {
                        *last = 0xff - kept_last;
                    }
                    let (left, right) = (&one[piece.clone()], &other[piece.clone()]);
                    let expected = left.iter().cmp(right);
                    assert_eq!(
                        compared(left, right),
                        (expected, expected.is_ne()),
                        "size {size}, place {place}, byte {byte}"
                    );
                    other[end - 1] = kept_last;
                    other[alignment + place] = kept;
                }
            }
        }
    }
}

#[test]
fn pieces_of_different_alignments_are_compared() {
    let from = numbered(SIZES + ALIGNMENTS);
    for size in 0..=SIZES {
        for alignment in 0..ALIGNMENTS {
            let mut other = vec![0xee; alignment];
            other.extend_from_slice(&from[5..5 + size]);
            let (one, other) = (&from[5..5 + size], &other[alignment..]);
            assert_eq!(compared(one, other), (Ordering::Equal, false));
            assert_ne!(from_ref(one), from_ref(other));
        }
    }
}
