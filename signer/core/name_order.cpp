#include "signer/core/name_order.h"

#include <algorithm>
#include <array>

namespace kaspar::signer {

namespace {

/// Where each label of a name starts; a name has at most 127 labels (RFC 1035 §3.1).
struct Labels {
    std::array<std::uint8_t, 128> at;
    unsigned count = 0;

    explicit Labels(BytesView name) {
        for (std::size_t i = 0; i < name.size() && name[i] != 0 && count < at.size();
             i += name[i] + 1U)
            at[count++] = static_cast<std::uint8_t>(i);
    }
};

std::strong_ordering compare_labels(BytesView a, BytesView b) {
    const auto common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
        const auto order = lower_octet(a[i]) <=> lower_octet(b[i]);
        if (order != 0)
            return order;
    }
    return a.size() <=> b.size();
}

BytesView label_at(BytesView name, std::uint8_t at) {
    return name.subspan(at + 1U, name[at]);
}

/// Appends the label as it is in a key, but for its end. False, and nothing is appended, if that
/// takes more octets than the label has.
bool append_plain_label(BytesView label, Bytes& out) {
    const auto start = out.size();
    bool is_plain = true;
    out.resize(start + label.size());
    for (std::size_t i = 0; i < label.size(); ++i) {
        is_plain &= label[i] > 1;
        out[start + i] = lower_octet(label[i]);
    }
    if (!is_plain)
        out.resize(start);
    return is_plain;
}

void append_escaped_label(BytesView label, Bytes& out) {
    for (const auto octet : label) {
        if (octet <= 1)
            out.push_back(1);
        out.push_back(octet > 1 ? lower_octet(octet) : static_cast<std::uint8_t>(octet + 1));
    }
}

}  // namespace

std::strong_ordering compare_names(BytesView a, BytesView b) {
    const Labels left(a), right(b);
    const auto common = std::min(left.count, right.count);
    for (unsigned i = 1; i <= common; ++i) {
        const auto order = compare_labels(label_at(a, left.at[left.count - i]),
                                          label_at(b, right.at[right.count - i]));
        if (order != 0)
            return order;
    }
    return left.count <=> right.count;
}

// Length octets (at most 63) are no letters, so a name can be compared as one string of octets.
// Names are mostly written in one case.
bool same_name(BytesView a, BytesView b) {
    return a.size() == b.size() && (std::equal(a.begin(), a.end(), b.begin()) ||
                                    std::equal(a.begin(), a.end(), b.begin(), [](auto x, auto y) {
                                        return lower_octet(x) == lower_octet(y);
                                    }));
}

bool name_is_within(BytesView name, BytesView ancestor) {
    while (name.size() > ancestor.size())
        name = parent_name(name);
    return same_name(name, ancestor);
}

unsigned count_labels(BytesView name) {
    return Labels(name).count;
}

void append_name_key(BytesView name, Bytes& out) {
    const Labels labels(name);
    for (unsigned i = labels.count; i > 0; --i) {
        const auto label = label_at(name, labels.at[i - 1]);
        if (!append_plain_label(label, out))
            append_escaped_label(label, out);
        out.push_back(0);
    }
}

void append_lower_name(BytesView name, Bytes& out) {
    const auto at = static_cast<std::ptrdiff_t>(out.size());
    out.resize(out.size() + name.size());
    std::transform(name.begin(), name.end(), out.begin() + at, lower_octet);
}

}  // namespace kaspar::signer
