//! Blocks are as long and as aligned as they should be, and keep what is in them when they grow or shrink.
#![allow(unsafe_code)]

use std::{
    alloc::{GlobalAlloc as _, Layout},
    collections::BTreeSet,
    ptr::with_exposed_provenance_mut,
    slice, thread,
};

use vouchsafe_resident::Allocator;

/// Some of a size live at a time, so that not all of them are the first of their page.
const BLOCKS: u8 = 5;

fn fill(block: *mut u8, layout: Layout, byte: u8) {
    assert!(!block.is_null());
    assert_eq!(block.addr() % layout.align(), 0, "{layout:?}");
    // SAFETY: the block was handed out for this layout.
    unsafe { block.write_bytes(byte, layout.size()) }
}

fn is_all(block: *mut u8, size: usize, byte: u8) -> bool {
    // SAFETY: as above, and all of it was written.
    let content = unsafe { slice::from_raw_parts(block, size) };
    content.iter().all(|found| *found == byte)
}

fn check(alignment: usize, sizes: [usize; 2]) {
    let [layout, other] = sizes.map(|size| Layout::from_size_align(size, alignment).unwrap());
    let kept = layout.size().min(other.size());
    // SAFETY: no size is zero; each block changes its size once and is given back once, as what it is
    // then.
    unsafe {
        let mut blocks = Vec::new();
        for byte in 1..=BLOCKS {
            let zeroed = Allocator.alloc_zeroed(layout);
            assert!(is_all(zeroed, layout.size(), 0), "{layout:?}");
            for block in [zeroed, Allocator.alloc(layout)] {
                fill(block, layout, byte);
                blocks.push((byte, block));
            }
        }
        for (byte, block) in &mut blocks {
            *block = Allocator.realloc(*block, layout, other.size());
            assert!(is_all(*block, kept, *byte), "{layout:?} to {other:?}");
            fill(*block, other, *byte);
        }
        for (byte, block) in blocks {
            assert!(is_all(block, other.size(), byte), "{layout:?} to {other:?}");
            Allocator.dealloc(block, other);
        }
    }
}

fn check_all() {
    for alignment in (0..=12).map(|exponent| 1 << exponent) {
        for size in (1..=260).chain([511, 1000, 1024, 1025, 4000, 5000, 70_000]) {
            check(alignment, [size, size * 2 + 1]);
            check(alignment, [size * 2 + 1, size]);
        }
    }
}

#[test]
fn blocks_are_aligned_and_apart_and_keep_what_is_in_them() {
    check_all();
}

#[test]
fn so_are_those_that_a_thread_has_at_hand() {
    Allocator::keep_short_blocks();
    check_all();
    // As many as there is room for and more, from a thread that keeps none.
    let layout = Layout::new::<[u8; 100]>();
    let made = move || -> Vec<usize> {
        let block = || {
            // SAFETY: the size is not zero.
            let block = unsafe { Allocator.alloc(layout) };
            fill(block, layout, 1);
            block.expose_provenance()
        };
        (0..1000).map(|_| block()).collect()
    };
    let blocks = thread::spawn(made).join().unwrap();
    for block in blocks {
        // SAFETY: each was handed out as this and is given back once.
        unsafe { Allocator.dealloc(with_exposed_provenance_mut(block), layout) }
    }
    let again = made();
    assert_eq!(BTreeSet::from_iter(&again).len(), again.len());
    for block in again {
        // SAFETY: as above.
        unsafe { Allocator.dealloc(with_exposed_provenance_mut(block), layout) }
    }
}

#[test]
fn the_block_that_was_given_back_last_is_the_first_at_hand() {
    Allocator::keep_short_blocks();
    let layout = Layout::new::<[u8; 40]>();
    // SAFETY: the size is not zero, and each block is given back once and not looked into.
    unsafe {
        let (first, last) = (Allocator.alloc(layout), Allocator.alloc(layout));
        Allocator.dealloc(first, layout);
        Allocator.dealloc(last, layout);
        let again = [Allocator.alloc(layout), Allocator.alloc(layout)];
        assert_eq!(again, [last, first]);
        for block in again {
            Allocator.dealloc(block, layout);
        }
    }
}
