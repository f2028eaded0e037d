//! Names that controllers make up, the same in every run.

/// What Kubernetes makes random names of: no vowels, and nothing that looks like another letter.
const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// FNV-1a of the parts.
pub(super) fn hash(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // The low bits of short inputs differ little; this spreads them over all.
    (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// So many letters that are drawn from the hash; at most 13.
pub(super) fn suffix(mut hash: u64, len: usize) -> String {
    let mut letters = String::with_capacity(len);
    for _ in 0..len {
        let [.., low] = (hash % ALPHABET.len() as u64).to_be_bytes();
        letters.push(char::from(ALPHABET[usize::from(low)]));
        hash /= ALPHABET.len() as u64;
    }
    letters
}

/// 64 hexadecimal digits, as of an image or a container.
pub(super) fn digest(hash: u64) -> String {
    let [a, b, c, d] = [1_u64, 3, 5, 7].map(|odd| hash.wrapping_mul(odd.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    format!("{a:016x}{b:016x}{c:016x}{d:016x}")
}
