//! Which addresses are public: what routers of the internet carry, and nothing that could be a machine beside us under another
//! spelling. After the registries of special purpose addresses (RFC 6890 and those that amend it).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Not public, as (network, bits).
const V4: [([u8; 4], u32); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    // Behind a carrier's translator (RFC 6598).
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    // Link-local, and with it what clouds tell their machines.
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// Of the global unicast addresses (2000::/3), those that are not public; what lies outside is none.
const V6: [([u16; 2], u32); 4] = [
    // Protocol assignments, Teredo among them.
    ([0x2001, 0], 23),
    ([0x2001, 0xdb8], 32),
    // 6to4: an IPv4 address is inside.
    ([0x2002, 0], 16),
    ([0x3fff, 0], 20),
];

/// Whether it leads into the internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// What is refused even where the operator allows private networks: an address inside of another, or of nobody in particular.
pub fn is_never(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_unspecified() || address.is_multicast() || address.is_broadcast(),
        IpAddr::V6(address) => {
            let embeds = address.segments()[..5] == [0; 5] && matches!(address.segments()[5], 0 | 0xffff);
            address.is_unspecified() || address.is_multicast() || (embeds && !address.is_loopback())
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let inside =
        |network: [u8; 4], bits: u32| (u32::from_be_bytes(network) ^ address.to_bits()).leading_zeros() >= bits;
    !V4.iter().any(|&(network, bits)| inside(network, bits))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let head = u32::from(parts[0]) << 16 | u32::from(parts[1]);
    let inside = |[first, second]: [u16; 2], bits: u32| {
        ((u32::from(first) << 16 | u32::from(second)) ^ head).leading_zeros() >= bits
    };
    // ISATAP (RFC 5214): an IPv4 address is inside.
    let isatap = parts[5] == 0x5efe && matches!(parts[4], 0 | 0x200);
    inside([0x2000, 0], 3) && !isatap && !V6.iter().any(|&(network, bits)| inside(network, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap_or_else(|_| panic!("{text}"))
    }

    #[test]
    fn addresses_that_could_be_ours_are_not_public() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.171",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "192.168.255.255",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:0:8.8.8.8",
            "64:ff9b::a00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:0:53aa:64c:0:0:0:1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
            "2a00:1450::5efe:10.0.0.1",
            "2a00:1450::200:5efe:10.0.0.1",
            "4000::1",
            "e000::1",
        ] {
            assert!(!is_public(address(text)), "{text}");
        }
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "191.255.255.255",
            "192.0.1.1",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "203.0.114.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2003::1",
            "2606:4700:4700::1111",
            "2a00:1450:4001:82a::200e",
            "2400::1",
        ] {
            assert!(is_public(address(text)) && !is_never(address(text)), "{text}");
        }
    }

    #[test]
    fn no_operator_allows_an_address_inside_of_another() {
        for text in ["0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "::ffff:10.0.0.1", "::10.0.0.1", "ff02::1"] {
            assert!(is_never(address(text)), "{text}");
        }
        for text in ["10.0.0.1", "127.0.0.1", "::1", "fd00::1", "fe80::1", "64:ff9b::a00:1"] {
            assert!(!is_never(address(text)), "{text}");
        }
    }
}
