//! The allocator.

use std::{
    alloc::{GlobalAlloc, Layout},
    cell::Cell,
    ptr::null_mut,
};

use libmimalloc_sys::{
    mi_free, mi_malloc, mi_malloc_aligned, mi_realloc, mi_realloc_aligned, mi_zalloc,
    mi_zalloc_aligned,
};

/// By how much sizes of short blocks differ, and how these are aligned: as C demands of `malloc`.
/// Source: `MI_MAX_ALIGN_SIZE` in <https://github.com/microsoft/mimalloc/blob/v3.3.2/include/mimalloc/types.h>.
const STEP: usize = 16;

/// Sizes of short blocks, up to 8 KiB: nearly all that a review takes, its answer and the buffers of
/// its connection among them. mimalloc gives the page of longer ones back when its last block is free,
/// and takes another for the next review.
const SIZES: usize = 512;

/// How much memory may be kept of each size, in bytes.
const KEPT: usize = 8 * 1024;

/// mimalloc, which gives pages back to the kernel once a second, not in every review as the allocator
/// of musl does; with short blocks at hand before it.
///
/// What a review takes is short, and goes back when it is answered. mimalloc hands a page's blocks out
/// in turn, so that each comes from memory that no cache knows any more. Here the block that was given
/// back last is the first to be handed out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allocator;

/// A block that nobody uses: its first word tells the next.
struct Unused {
    next: *mut Self,
}

/// Unused blocks of one size.
struct Pile {
    top: Cell<*mut Unused>,
    /// For so many more.
    room: Cell<usize>,
}

thread_local! {
    /// No thread has room unless it asks: blocks kept by one that ends would be lost.
    static PILES: [Pile; SIZES] = const {
        [const { Pile { top: Cell::new(null_mut()), room: Cell::new(0) } }; SIZES]
    };
}

impl Allocator {
    /// Lets this thread keep short blocks at hand, 4 MiB of them at most, until the process ends.
    pub fn keep_short_blocks() {
        PILES.with(|piles| {
            for (pile, size) in piles.iter().zip((STEP..).step_by(STEP)) {
                pile.room.set(KEPT / size);
            }
        });
    }
}

/// The pile for a block, if it is short: whoever gives it back or lets it grow says the same of it as
/// when it was handed out.
fn pile_of(size: usize, alignment: usize) -> Option<usize> {
    let index = size.wrapping_sub(1) / STEP;
    (index < SIZES && alignment <= STEP).then_some(index)
}

/// A block of mimalloc's, or null. mimalloc looks for an aligned place in a larger block when it is
/// told an alignment, which every block of this length has.
fn long(size: usize, alignment: usize) -> *mut u8 {
    #[allow(unsafe_code)]
    // SAFETY: neither demands anything of a size and an alignment that make a `Layout`.
    let block = unsafe {
        if alignment <= STEP {
            mi_malloc(size)
        } else {
            mi_malloc_aligned(size, alignment)
        }
    };
    block.cast()
}

#[allow(unsafe_code)]
// SAFETY: every block is one of mimalloc's, as long and as aligned as it should be, or null. Of short
// ones it is as long as its size in steps, whichever of them it is handed out for, and it is either in
// use or on one pile: each is put there when it is given back, and taken off before it is handed out.
// Nothing here unwinds, and a pile belongs to one thread.
unsafe impl GlobalAlloc for Allocator {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(index) = pile_of(layout.size(), layout.align()) else {
            return long(layout.size(), layout.align());
        };
        PILES.with(|piles| {
            let pile = &piles[index];
            let block = pile.top.get();
            if block.is_null() {
                return long((index + 1) * STEP, STEP);
            }
            // SAFETY: what is on a pile is a block of one step at least, whose first word was
            // written when it was put there.
            pile.top.set(unsafe { (*block).next });
            pile.room.set(pile.room.get() + 1);
            block.cast()
        })
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let is_kept = pile_of(layout.size(), layout.align()).is_some_and(|index| {
            PILES.with(|piles| {
                let pile = &piles[index];
                let Some(room) = pile.room.get().checked_sub(1) else {
                    return false;
                };
                let block: *mut Unused = block.cast();
                let next = pile.top.get();
                // SAFETY: the caller promises that nobody uses the block any more; it is one step long
                // at least, and aligned to one.
                unsafe { block.write(Unused { next }) };
                pile.top.set(block);
                pile.room.set(room);
                true
            })
        });
        if !is_kept {
            // SAFETY: the caller promises that the block came from here, and so from mimalloc.
            unsafe { mi_free(block.cast()) }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, alignment) = (layout.size(), layout.align());
        // SAFETY: as for `long`.
        let block = unsafe {
            match pile_of(size, alignment) {
                Some(index) => mi_zalloc((index + 1) * STEP),
                None => mi_zalloc_aligned(size, alignment),
            }
        };
        block.cast()
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (old, alignment) = (layout.size(), layout.align());
        let (before, after) = (pile_of(old, alignment), pile_of(size, alignment));
        if before.is_some() && before == after {
            return block;
        }
        // SAFETY: the caller promises that the block came from here and is as long as said, and that a
        // block of this size makes a `Layout` with this alignment. A new block is apart from the old.
        unsafe {
            if before.is_some() || after.is_some() {
                let new = self.alloc(Layout::from_size_align_unchecked(size, alignment));
                if !new.is_null() {
                    new.copy_from_nonoverlapping(block, old.min(size));
                    self.dealloc(block, layout);
                }
                new
            } else if alignment <= STEP {
                mi_realloc(block.cast(), size).cast()
            } else {
                mi_realloc_aligned(block.cast(), size, alignment).cast()
            }
        }
    }
}
