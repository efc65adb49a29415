//! The tree of hashes that a seal is made of.

use sha2::{Digest, Sha256};

use crate::facts::Hash;

/// The root of a Merkle tree over leaves in a fixed order, as RFC 6962 builds it: leaves and inner nodes are told apart by their first
/// byte, and a tree that is not full is split at the largest power of two. The root of no leaves is the hash of nothing.
#[derive(Default)]
pub struct MerkleTree {
    /// Roots of full trees, largest first, and how many leaves each has.
    roots: Vec<(u64, Hash)>,
}

impl MerkleTree {
    /// Adds the next leaf.
    pub fn push(&mut self, content: &[u8]) {
        let mut leaves = 1;
        let mut root = digest(&[&[0], content]);
        while let Some(&(left_leaves, left)) = self.roots.last()
            && left_leaves == leaves
        {
            root = digest(&[&[1], &left.0, &root.0]);
            leaves += left_leaves;
            self.roots.pop();
        }
        self.roots.push((leaves, root));
    }

    /// The root over all leaves so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        let roots = self.roots.iter().rev().map(|(_, root)| *root);
        roots.reduce(|right, left| digest(&[&[1], &left.0, &right.0])).unwrap_or_else(|| digest(&[]))
    }
}

fn digest(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    Hash(hasher.finalize().into())
}

#[cfg(test)]
mod tests {

    use super::*;

    fn root(leaves: &[&[u8]]) -> String {
        let mut tree = MerkleTree::default();
        for leaf in leaves {
            tree.push(leaf);
        }
        tree.root().to_string()
    }

    /// The vectors of the Certificate Transparency reference implementations.
    #[test]
    fn roots_are_those_of_rfc_6962() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        assert_eq!(root(&[]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(root(&leaves[..1]), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(root(&leaves[..2]), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
        assert_eq!(root(&leaves[..3]), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
        assert_eq!(root(&leaves[..5]), "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4");
        assert_eq!(root(&leaves), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }
}
