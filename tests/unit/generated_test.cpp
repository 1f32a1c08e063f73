// The files that are generated from the field tables are the ones in the repository. To write them
// anew after a change of a table: KASPAR_UPDATE_GENERATED=1 build/tests/test_unit "[generated]"
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "common/formats/configuration.h"
#include "common/formats/instruction.h"
#include "common/formats/json_text.h"
#include "common/formats/report.h"
#include "enforcer/policy/fields.h"
#include "tests/support/catch.h"

namespace generated_test {

using namespace kaspar;

namespace {

std::string content_of(const std::string& file) {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

void check_generated(const std::string& file, const std::string& text) {
    if (std::getenv("KASPAR_UPDATE_GENERATED") != nullptr)
        std::ofstream(file) << text;
    INFO(file << " differs from its field table; KASPAR_UPDATE_GENERATED=1 writes it anew");
    CHECK(content_of(file) == text);
}

}  // namespace

TEST_CASE("schemas and reference agree with the field tables", "[generated]") {
    check_generated("schema/policy.schema.json", enforcer::policy_schema());
    check_generated("schema/configuration.schema.json", configuration_schema());
    check_generated("schema/instruction.schema.json", instruction_schema());
    check_generated("schema/report.schema.json", report_schema());
    check_generated("policies/REFERENCE.md", enforcer::policy_reference());
}

TEST_CASE("a schema names kind, limits, default and meaning of a field", "[generated]") {
    const auto schema = parse_json(enforcer::policy_schema());
    REQUIRE(schema.root);
    const JsonValue& share = *schema.root->member("properties")
                                  ->member("zone")
                                  ->member("properties")
                                  ->member("least_share");
    CHECK(*share.member("type")->text() == "integer");
    CHECK(compact_json(*share.member("maximum")) == "100");
    CHECK(compact_json(*share.member("default")) == "50");
    CHECK_FALSE(share.member("description")->text()->empty());
    CHECK(compact_json(*schema.root->member("required")) == R"(["keys"])");
    CHECK(compact_json(*schema.root->member("additionalProperties")) == "false");
}

}  // namespace generated_test
