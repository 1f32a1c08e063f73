#include "enforcer/dns/message.h"

extern "C" {
#include <libknot/libknot.h>
}

#include <algorithm>
#include <array>
#include <limits>

namespace kaspar::enforcer {

namespace {

constexpr std::uint16_t class_in = KNOT_CLASS_IN;

/// What fits through nearly every path unfragmented (the DNS flag day of 2020).
constexpr std::uint16_t edns_payload = 1232;

/// Of a signed query; what is asked is never long.
constexpr std::size_t most_query_octets = 1024;

struct FreePacket {
    void operator()(knot_pkt_t* packet) const { knot_pkt_free(packet); }
};
using Packet = std::unique_ptr<knot_pkt_t, FreePacket>;

/// A packet to be parsed where it lies.
Packet packet_over(Bytes& wire) {
    Packet packet(knot_pkt_new(wire.data(), static_cast<std::uint16_t>(wire.size()), nullptr));
    require(packet != nullptr, "memory for a packet");
    return packet;
}

Name name_of(const knot_dname_t* name) {
    auto read = Name::from_wire({name, knot_dname_size(name)});
    require(read.ok(), "libknot gives whole names");
    return std::move(read).value();
}

/// One with the highest bit set counts as 0 (RFC 2181 §8).
Duration ttl_of(const knot_rrset_t& set) {
    constexpr std::uint32_t largest = 0x7fffffff;
    return Duration(set.ttl > largest ? 0 : set.ttl);
}

void add_records(const knot_pktsection_t* section, std::vector<Record>& records) {
    for (std::uint16_t i = 0; i < section->count; ++i) {
        const knot_rrset_t* set = knot_pkt_rr(section, i);
        if (set->rclass != class_in)
            continue;
        const knot_rdata_t* rdata = set->rrs.rdata;
        for (std::uint16_t n = 0; n < set->rrs.count;
             ++n, rdata = knot_rdataset_next(const_cast<knot_rdata_t*>(rdata)))
            records.push_back({name_of(set->owner), set->type, ttl_of(*set),
                               Bytes(rdata->data, rdata->data + rdata->len)});
    }
}

/// Appends the OPT record (RFC 6891); DO asks for what a validating resolver validated.
bool add_edns(knot_pkt_t* packet, bool dnssec) {
    knot_rrset_t opt{};
    if (knot_edns_init(&opt, edns_payload, 0, 0, nullptr) != KNOT_EOK)
        return false;
    if (dnssec)
        knot_edns_set_do(&opt);
    const bool added = knot_pkt_begin(packet, KNOT_ADDITIONAL) == KNOT_EOK &&
                       knot_pkt_put(packet, 0, &opt, 0) == KNOT_EOK;
    knot_rrset_clear(&opt, nullptr);
    return added;
}

void set_flags(std::uint8_t* wire, const Question& question) {
    if (question.notify) {
        knot_wire_set_opcode(wire, KNOT_OPCODE_NOTIFY);
        knot_wire_set_aa(wire);
    }
    if (question.recursive) {
        knot_wire_set_rd(wire);
        knot_wire_set_ad(wire);
    }
}

Bytes plain_query(const Question& question, std::uint16_t id) {
    const Packet packet(knot_pkt_new(nullptr, most_query_octets, nullptr));
    require(packet != nullptr, "memory for a query");
    std::uint8_t* wire = packet->wire;
    knot_wire_set_id(wire, id);
    set_flags(wire, question);
    const bool made = knot_pkt_put_question(packet.get(), question.name.wire().data(), class_in,
                                            question.type) == KNOT_EOK &&
                      add_edns(packet.get(), question.recursive);
    require(made, "a question fits into a message");
    return Bytes(wire, wire + packet->size);
}

}  // namespace

std::vector<Record> Answer::records(const Name& owner, std::uint16_t type) const {
    std::vector<Record> found;
    std::copy_if(
        answer.begin(), answer.end(), std::back_inserter(found),
        [&](const Record& record) { return record.type == type && record.owner == owner; });
    return found;
}

std::string rcode_word(unsigned rcode) {
    const knot_lookup_t* found = knot_lookup_by_id(knot_rcode_names, static_cast<int>(rcode));
    return found != nullptr ? found->name : "RCODE" + std::to_string(rcode);
}

struct Query::State {
    Question question;
    std::uint16_t id = 0;
    Bytes wire;
    std::optional<knot_tsig_key_t> key;
    Bytes mac;  ///< of the query, which that of the reply covers (RFC 8945 §5.3)

    ~State() {
        if (key)
            knot_tsig_key_deinit(&*key);
    }

    Outcome take_key(const TsigKey& given) {
        knot_tsig_key_t made{};
        if (knot_tsig_key_init(&made, given.algorithm.c_str(), given.name.c_str(),
                               given.secret->text().c_str()) != KNOT_EOK)
            return Fault{FaultClass::input,
                         "TSIG key " + given.name +
                             ": its algorithm is unknown or its secret is not base64; see "
                             "\"tsig_keys\" in the configuration"};
        key = made;
        return Done{};
    }

    void sign() {
        std::array<std::uint8_t, 64> digest{};
        std::size_t digest_length = digest.size(), length = wire.size();
        wire.resize(most_query_octets);
        const int signed_now = knot_tsig_sign(wire.data(), &length, wire.size(), nullptr, 0,
                                              digest.data(), &digest_length, &*key, 0, 0);
        require(signed_now == KNOT_EOK, "a query can be signed");
        wire.resize(length);
        mac.assign(digest.begin(), digest.begin() + static_cast<std::ptrdiff_t>(digest_length));
    }

    /// By id and kind.
    bool is_mine(const std::uint8_t* octets) const {
        const auto opcode = question.notify ? KNOT_OPCODE_NOTIFY : KNOT_OPCODE_QUERY;
        return knot_wire_get_id(octets) == id && knot_wire_get_qr(octets) != 0 &&
               knot_wire_get_opcode(octets) == opcode;
    }

    /// Some servers leave the question out where they refuse the whole message.
    static bool is_bare_error(const std::uint8_t* octets) {
        return knot_wire_get_qdcount(octets) == 0 && knot_wire_get_rcode(octets) != 0;
    }

    Fault error_words(const std::uint8_t* octets) const {
        return {FaultClass::input, "answers " + rcode_word(knot_wire_get_rcode(octets)) +
                                       (key ? "; does it know the TSIG key?" : "")};
    }

    bool asks_the_same(const knot_pkt_t* packet) const {
        const knot_dname_t* name = knot_pkt_wire_qname(packet);
        return name != nullptr && knot_pkt_qtype(packet) == question.type &&
               knot_pkt_qclass(packet) == class_in && name_of(name) == question.name;
    }

    Outcome check_signature(const knot_pkt_t* packet) const {
        if (!key)
            return Done{};
        if (!knot_pkt_has_tsig(packet))
            return Fault{FaultClass::input, "the answer is not signed (TSIG)"};
        const auto error = knot_tsig_rdata_error(packet->tsig_rr);
        if (error != 0)
            return Fault{FaultClass::input,
                         "the server refuses the TSIG key: " + rcode_word(error)};
        if (knot_tsig_client_check(packet->tsig_rr, packet->wire, packet->size, mac.data(),
                                   mac.size(), &*key, 0) != KNOT_EOK)
            return Fault{FaultClass::input, "the answer's TSIG signature is wrong"};
        return Done{};
    }
};

Query::Query(std::unique_ptr<State> state) : state_(std::move(state)) {}
Query::Query(Query&&) noexcept = default;
Query& Query::operator=(Query&&) noexcept = default;
Query::~Query() = default;

Result<Query> Query::make(const Question& question, std::uint16_t id,
                          const std::optional<TsigKey>& key) {
    auto state = std::make_unique<State>();
    state->question = question;
    state->id = id;
    state->wire = plain_query(question, id);
    if (key) {
        KASPAR_CHECK(state->take_key(*key));
        state->sign();
    }
    return Query(std::move(state));
}

BytesView Query::wire() const {
    return state_->wire;
}

Result<std::optional<Query::Reply>> Query::read(Bytes reply) const {
    if (reply.size() < KNOT_WIRE_HEADER_SIZE ||
        reply.size() > std::numeric_limits<std::uint16_t>::max() || !state_->is_mine(reply.data()))
        return std::optional<Reply>{};
    if (state_->is_bare_error(reply.data()))
        return state_->error_words(reply.data());
    const Packet begun = packet_over(reply);
    if (knot_pkt_parse_question(begun.get()) != KNOT_EOK || !state_->asks_the_same(begun.get()))
        return std::optional<Reply>{};
    if (knot_wire_get_tc(reply.data()) != 0)
        return std::optional(Reply{true, {}});
    const Packet packet = packet_over(reply);
    if (knot_pkt_parse(packet.get(), 0) != KNOT_EOK)
        return Fault{FaultClass::input, "the answer is malformed"};
    KASPAR_CHECK(state_->check_signature(packet.get()));
    Reply read{false, {}};
    read.answer.rcode = knot_pkt_ext_rcode(packet.get());
    read.answer.authoritative = knot_wire_get_aa(packet->wire) != 0;
    read.answer.authenticated = knot_wire_get_ad(packet->wire) != 0;
    add_records(knot_pkt_section(packet.get(), KNOT_ANSWER), read.answer.answer);
    add_records(knot_pkt_section(packet.get(), KNOT_AUTHORITY), read.answer.authority);
    return std::optional(std::move(read));
}

}  // namespace kaspar::enforcer
