#include "enforcer/policy/fields.h"

#include "common/formats/record_kinds.h"
#include "common/formats/signing_kinds.h"

namespace kaspar::enforcer {
namespace {

using namespace fields;
using namespace std::chrono_literals;
using std::chrono::days;
using Pol = Field<Policy>;

constexpr Duration year = days{365};

// ---- Words ------------------------------------------------------------------------------------

Kind<Role> role() {
    return one_of<Role>({{"ksk", Role::ksk}, {"zsk", Role::zsk}, {"csk", Role::csk}});
}

Kind<Algorithm> algorithm() {
    Words<Algorithm> words;
    for (const AlgorithmFacts& one : algorithms())
        words.emplace_back(one.mnemonic, one.number);
    return one_of(words);
}

Kind<DigestType> digest() {
    Words<DigestType> words;
    for (const DigestFacts& one : digest_types())
        words.emplace_back(one.mnemonic, one.number);
    return one_of(words);
}

Kind<std::string> program() {
    using std::filesystem::path;
    return converted<std::string, path>(
        absolute_path(), "the absolute path of a program",
        [](const path& file) -> Result<std::string> { return file.string(); },
        [](const std::string& file) { return path(file); });
}

Kind<CdsPublication> cds_publication() {
    using Written = std::optional<bool>;
    const auto inner = or_word("rolls", boolean());
    return converted<CdsPublication, Written>(
        inner, inner.words,
        [](const Written& written) -> Result<CdsPublication> {
            return !written   ? CdsPublication::rolls
                   : *written ? CdsPublication::always
                              : CdsPublication::none;
        },
        [](const CdsPublication& cds) -> Written {
            return cds == CdsPublication::rolls ? std::nullopt
                                                : Written(cds == CdsPublication::always);
        });
}

struct MethodWord {
    std::string_view word;
    bool zsk;
    Method method;
};

/// The first of each half is the default.
constexpr MethodWord method_words[] = {
    {"pre-publication", true, Method::zsk_pre_publication},
    {"double-signature", true, Method::zsk_double_signature},
    {"double-signature", false, Method::ksk_double_signature},
    {"double-ds", false, Method::ksk_double_ds},
    {"double-rrset", false, Method::ksk_double_rrset},
};

std::string method_word(Method method) {
    for (const MethodWord& row : method_words)
        if (row.method == method)
            return std::string(row.word);
    return "";
}

std::optional<Method> method_of(Role role, const std::optional<std::string>& word) {
    for (const MethodWord& row : method_words)
        if (row.zsk == (role == Role::zsk) && (!word || row.word == *word))
            return row.method;
    return std::nullopt;
}

// ---- keys -------------------------------------------------------------------------------------

/// A line of "keys" as it is written: what depends on role and algorithm may be absent.
struct KeyLine {
    KeySlot slot{};
    std::optional<Role> role;
    std::optional<Algorithm> algorithm;
    std::optional<unsigned> bits;
    std::optional<std::string> rollover;
};

void fill_key(KeyLine& line, Position at, Reading& reading) {
    if (line.algorithm) {
        line.slot.algorithm = *line.algorithm;
        line.slot.bits = line.bits.value_or(facts(*line.algorithm).default_bits);
    }
    if (!line.role)
        return;
    line.slot.role = *line.role;
    if (const auto method = method_of(*line.role, line.rollover))
        line.slot.method = *method;
    else
        reading.error("rollover", at, "\"" + *line.rollover + "\" is not a method for this role",
                      *line.role == Role::zsk
                          ? "a zsk can have \"pre-publication\" or \"double-signature\""
                          : "a ksk or csk can have \"double-signature\", \"double-ds\" or "
                            "\"double-rrset\"");
}

Result<KeySlot> to_slot(const KeyLine& line) {
    return line.slot;
}

KeyLine to_line(const KeySlot& slot) {
    const AlgorithmFacts& about = facts(slot.algorithm);
    KeyLine line{slot, slot.role, slot.algorithm, std::nullopt, method_word(slot.method)};
    if (about.rsa || slot.bits != about.default_bits)
        line.bits = slot.bits;
    return line;
}

Table<KeyLine> key_fields() {
    using Key = Field<KeyLine>;
    return {
        {
            Key("role", MEMBER(role), optional(role()), required,
                "A ksk signs the DNSKEY RRset and has a DS at the parent; a zsk signs everything "
                "else; a csk does both."),
            Key("algorithm", MEMBER(algorithm), optional(algorithm()), "ecdsap256sha256",
                "DNSSEC algorithm.",
                "P-256 signs fast, its signatures are small, and every validator knows it "
                "(RFC 9904)."),
            Key("bits", MEMBER(bits), optional(integer<unsigned>(0, 16384)),
                Default::otherwise("2048 for RSA"), "Size of an RSA key.",
                "The other algorithms have one size, so it is not written for them."),
            Key("lifetime", MEMBER(slot.lifetime), or_word("unlimited", duration(1min, 100 * year)),
                "unlimited", "A key is replaced at this age.",
                "A roll is a risk; take it on a schedule only for a reason (RFC 6781 §3.2)."),
            Key("keystore", MEMBER(slot.keystores), one_or_list(text(1)), "local",
                "The key store of the configuration that holds the key, or a list of stores that "
                "all hold it; the first signs.",
                "\"local\" is the store that `kaspar init` makes."),
            Key("rollover", MEMBER(rollover),
                optional(one_of<std::string>({{"pre-publication", "pre-publication"},
                                              {"double-signature", "double-signature"},
                                              {"double-ds", "double-ds"},
                                              {"double-rrset", "double-rrset"}})),
                Default::otherwise("pre-publication for a zsk, else double-signature"),
                "How the key is replaced (RFC 7583 §2): a zsk by pre-publication or "
                "double-signature; a ksk or csk by double-signature, double-ds or double-rrset.",
                "Pre-publication keeps the zone small; double-signature asks the parent only "
                "once."),
            Key("standby", MEMBER(slot.standby), integer<unsigned>(0, 4), 0U,
                "Keys published ahead that sign nothing yet.",
                "They make the DNSKEY RRset larger and help only in an emergency."),
        },
        fill_key};
}

// ---- The table --------------------------------------------------------------------------------

Pol signature_fields() {
    return group<Policy>(
        "signatures", "The times of signatures (RRSIG).",
        {
            Pol("validity", MEMBER(signatures.validity), duration(1min, year), "14d",
                "How long signatures of zone data are valid.",
                "Two weeks survive a long holiday weekend twice, and a replayed old answer dies "
                "soon enough."),
            Pol("dnskey_validity", MEMBER(signatures.dnskey_validity), duration(1min, year), "14d",
                "How long signatures of the DNSKEY, CDS and CDNSKEY RRsets are valid.",
                "The same as for data: one thing to remember."),
            Pol("denial_validity", MEMBER(signatures.denial_validity), duration(1min, year), "14d",
                "How long signatures of NSEC and NSEC3 RRsets are valid.",
                "The same as for data: one thing to remember."),
            Pol("refresh", MEMBER(signatures.refresh), duration(1s, year), "7d",
                "A signature with less than this left is renewed.",
                "A week to notice and mend a signer that stopped."),
            Pol("resign", MEMBER(signatures.resign), duration(1s, days{30}), "1h",
                "How often signatures that came due are gathered and renewed.",
                "Once an hour changes the zone rarely and costs at most an hour of refresh."),
            Pol("jitter", MEMBER(signatures.jitter), duration(0s, year), "12h",
                "Each expiration is moved by up to this, earlier or later.",
                "Spreads the renewal of a large zone over a day."),
            Pol("inception_offset", MEMBER(signatures.inception_offset), duration(0s, days{30}),
                "1h", "How far the inception of a signature lies in the past.",
                "Validators' clocks are wrong by minutes, and by an hour where summer time is "
                "mishandled (RFC 6781 §4.4.2)."),
            Pol("renew", MEMBER(signatures.renew_at_once), renewal(), "gradual",
                "After a change of ZSK, signatures are replaced as they come due (\"gradual\") or "
                "all at once (\"at-once\").",
                "Gradual spares secondaries a transfer of the whole zone; at-once ends a roll "
                "sooner."),
        });
}

Pol denial_fields() {
    return group<Policy>(
        "denial", "How the zone proves what is not in it.",
        {
            Pol("type", MEMBER(denial), denial_type(), "nsec", "NSEC or NSEC3.",
                "NSEC is simpler and cheaper for everyone; NSEC3 only if names must not be "
                "listed, or for opt-out (RFC 9276 §2)."),
            Pol("opt_out", MEMBER(opt_out), boolean(), false,
                "NSEC3 without records for unsigned delegations (RFC 5155 §6).",
                "It pays only where most of a large zone is unsigned delegations, and leaves "
                "those unproven."),
            Pol("iterations", MEMBER(iterations), integer<std::uint16_t>(), 0U,
                "Additional NSEC3 iterations.", "RFC 9276 §3.1 wants 0: more only costs."),
            Pol("salt_length", MEMBER(salt_length), integer<unsigned>(0, 255), 0U,
                "Octets of NSEC3 salt.",
                "RFC 9276 §3.1 wants none: the zone's name salts already."),
            Pol("resalt", MEMBER(resalt), duration(1min, 10 * year), "100d",
                "How often a new salt is chosen, if there is one.",
                "Each change makes the whole chain anew."),
        });
}

Pol dnskey_fields() {
    return group<Policy>(
        "dnskey", "The DNSKEY RRset, and the margins around changing it.",
        {
            Pol("ttl", MEMBER(dnskey_ttl), ttl(), "1h", "TTL of the DNSKEY RRset.",
                "A short one makes rolls and recovery quick; validators ask once an hour."),
            Pol("publish_safety", MEMBER(publish_safety), duration(0s, year), "1h",
                "Added to the time before a new DNSKEY is relied on.",
                "For caches and secondaries that are slower than told."),
            Pol("retire_safety", MEMBER(retire_safety), duration(0s, year), "1h",
                "Added to the time before a replaced key's records are withdrawn.",
                "For caches and secondaries that are slower than told."),
            Pol("purge_after", MEMBER(purge_after), or_word("never", duration(0s, 100 * year)),
                "90d", "A withdrawn private key is destroyed after this.",
                "Long enough to find out that it is still needed."),
            Pol("shared", MEMBER(shared_keys), boolean(), false,
                "The zones of this policy use the same keys.",
                "A key of its own for each zone keeps their fates apart. Shared ones save room in "
                "a "
                "key store: a zone that needs a key takes the newest that another zone of the "
                "policy has and it has not had. Each zone rolls on its own; a key is destroyed "
                "when no zone needs it any more. Zones that leave the policy keep their keys until "
                "they roll."),
        });
}

Pol zone_fields() {
    return group<Policy>(
        "zone", "The zone and its name servers.",
        {
            Pol("propagation_delay", MEMBER(zone_propagation_delay), duration(0s, days{30}), "5m",
                "Until all name servers of the zone serve a new version.",
                "With NOTIFY seconds suffice; this allows for a server that missed one."),
            Pol("max_ttl", MEMBER(max_ttl), ttl(), "1d",
                "The largest TTL in the zone; an input with a larger one is refused.",
                "Rolls wait for it; longer than a day gains little."),
            Pol("soa_minimum", MEMBER(soa_minimum), or_word("keep", ttl()), "keep",
                "Minimum field of the SOA: the TTL of negative answers (RFC 2308).",
                "The zone's owner has chosen one."),
            Pol("serial", MEMBER(serial), serial_policy(), "unixtime",
                "SOA serial of the signed zone: seconds since 1970, the last plus one "
                "(\"counter\"), YYYYMMDDnn (\"datecounter\"), or the input's (\"keep\").",
                "Always grows, without memory, and tells when the zone was signed."),
            Pol("zonemd", MEMBER(zonemd), boolean(), false,
                "Adds a ZONEMD record (RFC 8976), a digest of the whole zone.",
                "Few receivers check it yet."),
            Pol("watch", MEMBER(watch), list_of(server(), 0, 64), JsonValue(JsonList{}),
                "Servers of the zone, as \"192.0.2.1\", \"2001:db8::1@5300\" or "
                "\"192.0.2.1 key NAME\": a change counts as published only once all of them serve "
                "it.",
                "The propagation delay alone is a promise; a server that hangs breaks it unseen."),
            Pol("least_share", MEMBER(least_share), integer<unsigned>(0, 100), 50U,
                "Percent: an input with fewer records than this share of the last one is held "
                "until a person accepts it. 0: never.",
                "Losing half of a zone at once is more often an accident than a wish."),
        });
}

/// How Kaspar looks at the parent, and tells it.
std::vector<Pol> parent_contact_fields() {
    return {
        Pol("servers", MEMBER(parent_servers), list_of(server(), 0, 64), JsonValue(JsonList{}),
            "The parent's servers, as \"192.0.2.1\", \"2001:db8::1@5300\" or "
            "\"192.0.2.1 key NAME\". If the list is empty, they are looked up.",
            "Looking them up trusts the resolver; a list is safer, and must be kept up."),
        Pol("quorum", MEMBER(parent_quorum), or_word("all", integer<unsigned>(1, 64)), "all",
            "So many of the parent's servers must answer; those that are silent beyond that "
            "are named and passed over. One that answers otherwise is never passed over.",
            "A server that is silent may still give the old DS to others."),
        Pol("check_interval", MEMBER(parent_check_interval), duration(10s, days{7}), "10m",
            "How often the parent's servers are asked while something is awaited of them; "
            "once a day otherwise.",
            "Soon enough for a wait of hours, and no burden."),
        Pol("ds_submit", MEMBER(ds_submit), optional(program()),
            Default::otherwise("you submit it"),
            "A program that is run when the parent is to get DS records: it finds what is to "
            "be done as JSON on its standard input.",
            "Registrars differ; tools/hooks has examples."),
        Pol("ds_withdraw", MEMBER(ds_withdraw), optional(program()),
            Default::otherwise("you withdraw it"),
            "A program that is run when the parent is to remove DS records: once those in "
            "their "
            "place are confirmed. Not needed if ds_submit puts the whole set in place "
            "(\"wanted_ds\" of what it is given)."),
        Pol("hook_time_limit", MEMBER(hook_time_limit), duration(1s, 300s), "1m",
            "A program that takes longer is ended, and tried again later.",
            "Enough for a registrar's interface on a slow day."),
        Pol("dsync", MEMBER(dsync), boolean(), false,
            "Sends NOTIFY(CDS) to the parent's DSYNC target (RFC 9859) when its DS set is to "
            "change.",
            "Few parents have one yet."),
    };
}

Pol parent_fields() {
    std::vector<Pol> fields{
        Pol("propagation_delay", MEMBER(parent_propagation_delay), duration(0s, days{30}), "1h",
            "Until all name servers of the parent serve a new DS.",
            "What most registries promise."),
        Pol("ds_ttl", MEMBER(ds_ttl), ttl(), "1d", "TTL of the DS RRset at the parent.",
            "The longest that is common; look the parent's up."),
        Pol("registration_delay", MEMBER(registration_delay), duration(0s, year), "0s",
            "From asking for a DS until the parent takes it over.",
            "Only to start rolls early enough: Kaspar waits until the DS is there."),
        Pol("ds_digest", MEMBER(ds_digests), list_of(digest(), 1, 3), JsonValue(JsonList{"sha256"}),
            "Digest types of the DS records.",
            "Every validator knows SHA-256; one suffices (RFC 9904)."),
        Pol("cds", MEMBER(cds), cds_publication(), true,
            "Publishes CDS and CDNSKEY records (RFC 7344), from which some parents take the "
            "DS; with \"rolls\" only while the parent is to change its DS set.",
            "Harmless where the parent does not look."),
        Pol("confirm", MEMBER(confirm),
            one_of<ParentConfirmation>({{"manual", ParentConfirmation::manual},
                                        {"observed", ParentConfirmation::observed},
                                        {"both", ParentConfirmation::both}}),
            "manual",
            "Who says that the parent has the DS: the operator (`kaspar ds seen`), Kaspar "
            "asking the parent's servers, or both.",
            "Needs no access to the parent's servers."),
    };
    for (Pol& field : parent_contact_fields())
        fields.push_back(std::move(field));
    return group<Policy>("parent", "The parent zone and the way to it.", std::move(fields));
}

/// The format of a policy file.
Table<Policy> policy_fields() {
    return {{
        version<Policy>(1, 1U),
        Pol("description", MEMBER(description), text(), "", "In words, for people."),
        signature_fields(),
        denial_fields(),
        dnskey_fields(),
        Pol("keys", MEMBER(keys),
            list_of(
                converted<KeySlot, KeyLine>(object(key_fields()), "an object", to_slot, to_line), 0,
                16),
            required,
            "The keys that a zone has at any time. An empty list means going insecure: the DS "
            "first, then signatures and DNSKEY."),
        Pol("algorithm_rollover", MEMBER(algorithm_rollover),
            one_of<AlgorithmRollover>({{"conservative", AlgorithmRollover::conservative},
                                       {"liberal", AlgorithmRollover::liberal}}),
            "conservative",
            "How an algorithm is replaced: signatures before keys, which strict validators want "
            "(RFC 4035 §2.2), or both at once, which RFC 6840 §5.11 makes enough.",
            "Strict validators still exist."),
        Pol("approve", MEMBER(approve),
            one_of<Approval>(
                {{"none", Approval::none}, {"ksk", Approval::ksk}, {"all", Approval::all}}),
            "none", "Rolls that start only when a person has agreed.",
            "Scheduled rolls are meant to need nobody."),
        zone_fields(),
        parent_fields(),
        Pol("verify", MEMBER(verify), verify_extent(), "all",
            "Which signatures are verified before publication: all, those made in the run "
            "(\"new\"), or a sample. Structure is always checked in full.",
            "Verifying costs seconds; a broken zone costs a day."),
        Pol("accept_warnings", MEMBER(accept_warnings), list_of(text(1)), JsonValue(JsonList{}),
            "Paths of fields about which `policy check` is to warn no more, such as "
            "\"denial.opt_out\".",
            "A warning that is always there hides the next one."),
    }};
}

}  // namespace

const Kind<Policy>& policy_kind() {
    static const Kind<Policy> kind = object(policy_fields());
    return kind;
}

std::string policy_schema() {
    return schema_document("Kaspar policy", policy_kind().schema);
}

std::string policy_reference() {
    return "# Policy reference\n\nGenerated from the field table in "
           "enforcer/policy/fields.cpp.\n\n" +
           reference_text(policy_kind().parts);
}

}  // namespace kaspar::enforcer
