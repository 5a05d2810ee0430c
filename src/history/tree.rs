//! A Merkle tree that only grows, as of RFC 6962 (Certificate Transparency), section 2.1. Of all its nodes only the roots of its
//! perfect subtrees are kept: at most one for each bit of its size.

use sha2::{Digest, Sha256};

/// Bytes of a hash.
pub const HASH: usize = 32;

type Hash = [u8; HASH];

/// The number of leaves, and the roots of the perfect subtrees that they make, the largest first.
#[derive(Default)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>,
}

impl Tree {
    /// One more leaf.
    pub fn push(&mut self, leaf: &[u8]) {
        let mut node: Hash = Sha256::new().chain_update([0]).chain_update(leaf).finalize().into();
        for _ in 0..self.size.trailing_ones() {
            node = parent(&self.peaks.pop().expect("a peak for each bit"), &node);
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The hash that stands for all leaves in their order.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(*last, |right, left| parent(left, &right))
    }

    /// The size in eight bytes, the most significant first, and the peaks.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.peaks.iter().flatten());
        bytes
    }

    /// What `to_bytes` made; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, peaks) = bytes.split_first_chunk()?;
        let size = u64::from_be_bytes(*size);
        if peaks.len() != size.count_ones() as usize * HASH {
            return None;
        }
        let peaks = peaks.chunks_exact(HASH).map(|p| p.try_into().expect("as long as a hash")).collect();
        Some(Tree { size, peaks })
    }
}

fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}
