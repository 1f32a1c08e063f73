#include "common/formats/instruction.h"

#include "common/formats/fields.h"
#include "common/formats/record_kinds.h"
#include "common/formats/signing_kinds.h"

namespace kaspar {
namespace {

using namespace fields;

// An instruction is written by a program, which writes everything: nothing has a default, but for
// what may be absent.

Table<InstructedKey> key_fields() {
    using Key = Field<InstructedKey>;
    return {{
        Key("dnskey", MEMBER(dnskey), dnskey(), required,
            "The DNSKEY: flags, protocol, algorithm and public key."),
        Key("keystores", MEMBER(keystores), list_of(text(1), 1), required,
            "The key stores that hold the private key; the first signs."),
        Key("locator", MEMBER(locator), text(1), required, "Where it is in its key store."),
        Key("publish", MEMBER(publish), boolean(), required, "It is in the DNSKEY RRset."),
        Key("sign_dnskey", MEMBER(sign_dnskey), boolean(), required,
            "It signs the DNSKEY, CDS and CDNSKEY RRsets."),
        Key("sign_zone", MEMBER(sign_zone), boolean(), required,
            "It signs all other authoritative RRsets."),
    }};
}

Field<Instruction> signature_fields() {
    using Ins = Field<Instruction>;
    return group<Instruction>(
        "signatures", "The times of RRSIGs.",
        {
            Ins("validity", MEMBER(signatures.validity), span(), required, "Of zone data."),
            Ins("dnskey_validity", MEMBER(signatures.dnskey_validity), span(), required,
                "Of the DNSKEY, CDS and CDNSKEY RRsets."),
            Ins("denial_validity", MEMBER(signatures.denial_validity), span(), required,
                "Of NSEC and NSEC3 RRsets."),
            Ins("refresh", MEMBER(signatures.refresh), span(), required,
                "A signature with less than this left is renewed."),
            Ins("jitter", MEMBER(signatures.jitter), span(), required,
                "Expirations are spread by up to this."),
            Ins("inception_offset", MEMBER(signatures.inception_offset), span(), required,
                "How far inception lies in the past."),
            Ins("resign", MEMBER(signatures.resign), span(), required,
                "How often signatures that came due are renewed."),
            Ins("renew", MEMBER(signatures.renew_at_once), renewal(), required,
                "After a change of ZSK: as they come due, or all at once."),
        });
}

Field<Instruction> denial_fields() {
    using Ins = Field<Instruction>;
    return group<Instruction>(
        "denial", "Denial of existence.",
        {
            Ins("type", MEMBER(denial.type), denial_type(), required, "NSEC or NSEC3."),
            Ins("opt_out", MEMBER(denial.opt_out), boolean(), required,
                "NSEC3 without unsigned delegations (RFC 5155 §6)."),
            Ins("iterations", MEMBER(denial.iterations), integer<std::uint16_t>(), required,
                "Additional NSEC3 iterations."),
            Ins("salt", MEMBER(denial.salt), hex(), required, "NSEC3 salt."),
        });
}

/// The format of an instruction. The order of the entries is the order of the signed text.
Table<Instruction> instruction_fields() {
    using Ins = Field<Instruction>;
    const Default absent = Default::otherwise("absent");
    return {{
        version<Instruction>(Instruction::current_version, required),
        Ins("zone", MEMBER(zone), domain_name(), required, "The zone."),
        Ins("generation", MEMBER(generation), integer<std::uint64_t>(), required,
            "Grows by one at every change; a signer never goes back."),
        Ins("issued", MEMBER(issued), time(), required, "When the enforcer wrote this."),
        Ins("input", MEMBER(input), absolute_path(), required, "The unsigned zone file."),
        Ins("output", MEMBER(output), absolute_path(), required, "The signed zone file."),
        signature_fields(),
        denial_fields(),
        Ins("serial", MEMBER(serial), serial_policy(), required,
            "How the SOA serial of the signed zone is chosen."),
        Ins("dnskey_ttl", MEMBER(dnskey_ttl), ttl(), required, "TTL of the DNSKEY RRset."),
        Ins("max_ttl", MEMBER(max_ttl), ttl(), required, "A larger TTL in the input is an error."),
        Ins("soa_minimum", MEMBER(soa_minimum), optional(ttl()), absent,
            "Minimum field of the SOA; absent: as in the input."),
        Ins("zonemd", MEMBER(zonemd), boolean(), required, "Adds a ZONEMD record (RFC 8976)."),
        Ins("verify", MEMBER(verify), verify_extent(), required,
            "Which signatures are verified before publication."),
        Ins("keys", MEMBER(keys), list_of(object(key_fields())), required,
            "The keys and what each does; none: the zone is published unsigned."),
        Ins("cds", MEMBER(cds), list_of(delegation()), required, "The CDS RRset (RFC 7344)."),
        Ins("cdnskey", MEMBER(cdnskey), list_of(dnskey()), required, "The CDNSKEY RRset."),
        Ins("cds_delete", MEMBER(cds_delete), boolean(), required,
            "Publishes the delete request (RFC 8078 §4) in place of both."),
        Ins("foreign_dnskeys", MEMBER(foreign_dnskeys), list_of(dnskey()), required,
            "Keys of other signers, published and never used."),
        Ins("least_share", MEMBER(least_share), integer<unsigned>(0, 100), required,
            "Percent: an input with fewer records than this share of the last one is held."),
        Ins("accepted_input", MEMBER(accepted_input), optional(text(64, 64)), absent,
            "SHA-256 (hexadecimal) of an input that a person accepted."),
    }};
}

const Kind<Instruction>& instruction_kind() {
    static const Kind<Instruction> kind = object(instruction_fields());
    return kind;
}

/// The envelope: what is signed, and the signature.
struct Envelope {
    JsonValue instruction;
    Bytes signature;
};

Kind<Envelope> make_envelope_kind() {
    const Kind<JsonValue> as_it_is{[](const JsonValue& json, Reading& reading, JsonValue& out) {
                                       if (read_object(json, reading) != nullptr)
                                           out = json;
                                   },
                                   [](const JsonValue& json) { return json; },
                                   instruction_kind().schema, "an object",
                                   instruction_kind().parts};
    using Env = Field<Envelope>;
    return object(Table<Envelope>{{
        Env("instruction", MEMBER(instruction), as_it_is, required, "What the signer is to do."),
        Env("signature", MEMBER(signature), base64(), required,
            "Ed25519 signature (RFC 8032) by the enforcer over the instruction's compact text."),
    }});
}

const Kind<Envelope>& envelope_kind() {
    static const Kind<Envelope> kind = make_envelope_kind();
    return kind;
}

}  // namespace

std::string instruction_text(const Instruction& instruction) {
    return compact_json(instruction_kind().write(instruction));
}

std::string seal_instruction(const Instruction& instruction, BytesView signature) {
    return pretty_json(envelope_kind().write(
        {instruction_kind().write(instruction), Bytes(signature.begin(), signature.end())}));
}

Result<SealedInstruction> open_seal(const std::filesystem::path& file, std::string_view content) {
    auto document = read_document(content, envelope_kind());
    if (has_errors(document.findings))
        return findings_fault(FaultClass::state, file, document.findings);
    return SealedInstruction{compact_json(document.value.instruction),
                             std::move(document.value.signature)};
}

Result<Instruction> parse_instruction(const std::filesystem::path& file, std::string_view text) {
    auto document = read_document(text, instruction_kind());
    if (has_errors(document.findings))
        return findings_fault(FaultClass::state, file, document.findings);
    return std::move(document.value);
}

std::string instruction_schema() {
    return schema_document("Kaspar instruction, sealed", envelope_kind().schema);
}

}  // namespace kaspar
