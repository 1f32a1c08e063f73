#include "signer/zonefile/generate.h"

#include "tests/support/catch.h"

namespace generate_test {

using namespace kaspar;
using namespace kaspar::signer;

namespace {

std::string record(std::string_view directive, std::uint32_t number) {
    const auto generate = Generate::parse(directive);
    if (!generate.ok())
        return generate.fault().words;
    auto text = generate->record(number);
    return text.ok() ? *text : text.fault().words;
}

}  // namespace

TEST_CASE("a dollar stands for the number, with offset, width and base as in BIND", "[generate]") {
    CHECK(record("$GENERATE 1-9 host-$ A 192.0.2.$\n", 7) == "host-7 A 192.0.2.7\n");
    CHECK(record("$GENERATE 1-9 ${0} A 192.0.2.${10}\n", 7) == "7 A 192.0.2.17\n");
    CHECK(record("$GENERATE 1-9 ${-5} A ${+5}\n", 7) == "2 A 12\n");
    CHECK(record("$GENERATE 1-9 ${0,3} A ${0,3,d}\n", 7) == "007 A 007\n");
    CHECK(record("$GENERATE 1-99 ${0,0,o} A ${0,4,o}\n", 10) == "12 A 0012\n");
    CHECK(record("$GENERATE 1-999 ${0,0,x} A ${0,4,X}\n", 171) == "ab A 00AB\n");
}

TEST_CASE("nibbles come lowest first, and the width counts the dots", "[generate]") {
    CHECK(record("$GENERATE 0-999 ${0,0,n} A x\n", 0) == "0 A x\n");
    CHECK(record("$GENERATE 0-999 ${0,3,n} A x\n", 10) == "a.0 A x\n");
    CHECK(record("$GENERATE 0-999 ${0,3,N} A x\n", 254) == "E.F A x\n");
    CHECK(record("$GENERATE 0-999 ${0,0,n} A x\n", 0x1ab) == "b.a.1 A x\n");
    CHECK(record("$GENERATE 0-999 ${0,7,n} A x\n", 1) == "1.0.0.0 A x\n");
}

TEST_CASE("escaped and doubled dollars stay dollars", "[generate]") {
    CHECK(record("$GENERATE 1-9 a\\$b$ TXT \"$$5\"\n", 7) == "a\\$b7 TXT \\$5\n");
    CHECK(record("$GENERATE 1-9 a$ TXT one\\\\$ \"two $\"\n", 7) == "a7 TXT one\\\\7 \"two 7\"\n");
}

TEST_CASE("TTL and class may stand before the type, and quotes around the right side",
          "[generate]") {
    CHECK(record("$GENERATE 1-9 a$ 60 IN MX \"10 mail-$\" ; comment\n", 7) ==
          "a7 60 IN MX 10 mail-7\n");
    CHECK(record("$GENERATE 1-9 a$ IN 1h MX 10 mail-$\n", 7) == "a7 IN 1h MX 10 mail-7\n");
    CHECK(record("$GENERATE 1-9 a$ TXT \"say \\\"$\\\"\"\n", 7) == "a7 TXT say \"7\"\n");
}

TEST_CASE("a range has a start, a stop and a step within bounds", "[generate]") {
    const auto good = Generate::parse("$GENERATE 3-20/4 a$ A x");
    REQUIRE(good.ok());
    CHECK(good->start() == 3);
    CHECK(good->stop() == 20);
    CHECK(good->step() == 4);
    CHECK(Generate::parse("$GENERATE 5-5 a$ A x").ok());
    CHECK(Generate::parse("$GENERATE 0-16777215 a$ A x").ok());
    CHECK(Generate::parse("$GENERATE 0-2147483647/256 a$ A x").ok());
    for (const auto* range : {"5", "5-", "-5", "5-4", "1-2/0", "1-2/", "1-2/x", "a-b", "1-2-3",
                              "0-16777216", "0-2147483648/4096", "0x1-0x2"})
        CHECK_FALSE(Generate::parse(std::string("$GENERATE ") + range + " a$ A x").ok());
}

TEST_CASE("what is no directive or no modifier is a fault", "[generate]") {
    for (const auto* text : {"$GENERATE", "$GENERATE 1-2", "$GENERATE 1-2 a$", "$GENERATE 1-2 a$ A",
                             "$GENERATE 1-2 a$ 60 IN A"})
        CHECK_FALSE(Generate::parse(text).ok());
    for (const auto* modifier : {"${", "${}", "${0", "${x}", "${0,}", "${0,x}", "${0,1,q}",
                                 "${0,1,xx}", "${0,1000}", "${0,1,d,}", "${-8}"})
        CHECK_FALSE(
            Generate::parse(std::string("$GENERATE 1-9 ") + modifier + " A x")->record(7).ok());
}

}  // namespace generate_test
