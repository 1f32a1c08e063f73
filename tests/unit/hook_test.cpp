// Programs of the operator's that are given hostile data: they get it as data.
#include "enforcer/submission/hook.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/system/file.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace hook_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using kaspar::test::TempFolder;

namespace {

/// A program that keeps what it is given, octet by octet.
struct Keeper {
    Keeper() {
        const auto script =
            "#!/bin/bash\ncd \"${0%/*}\"\ncat > input\nprintf %s \"$KASPAR_ZONE\" > zone\n"
            "printf '%s\\n' \"$0\" \"$@\" > arguments\n"
            "tr '\\0' '\\n' < /proc/self/environ > environment\n";
        REQUIRE(write_file(folder / "keeper", script, 0755).ok());
    }

    void give(const std::string& data) const {
        const auto ended =
            run_hook({folder / "keeper", data, {{"KASPAR_ZONE", data}}, std::chrono::seconds(60)});
        REQUIRE(ended.ok());
        CHECK(ended->good);
        CHECK(ended->output == "");
    }

    std::string kept(const std::string& name) const { return read_file(folder / name).value(); }

    TempFolder folder;
};

}  // namespace

TEST_CASE("a hook gets hostile data as it is, and no shell sees it", "[attack][submission]") {
    const Keeper keeper;
    const auto prey = (keeper.folder / "prey").string();
    const std::vector<std::string> hostile{"$(touch " + prey + ")",
                                           "`touch " + prey + "`",
                                           "; touch " + prey,
                                           "| touch " + prey,
                                           "\ntouch " + prey + "\n",
                                           "() { :; }; touch " + prey,
                                           "' ; touch " + prey + " #",
                                           "\" ; touch " + prey + " #",
                                           "../../etc/passwd",
                                           "-rf / --",
                                           "%n%s%x",
                                           "\x1b[31m\r\x7f",
                                           "\xff\xfe\x80 \xc3",
                                           std::string(100'000, 'x')};
    for (const auto& data : hostile) {
        CAPTURE(data);
        keeper.give(data);
        CHECK(keeper.kept("input") == data);
        CHECK(keeper.kept("zone") == data);
        CHECK(keeper.kept("arguments") == (keeper.folder / "keeper").string() + "\n");
        CHECK_FALSE(std::filesystem::exists(prey));
    }
}

TEST_CASE("a hook has nothing of our environment or files", "[attack][submission]") {
    const Keeper keeper;
    REQUIRE(::setenv("KASPAR_TEST_SECRET", "tell-tale", 1) == 0);
    keeper.give("data");
    ::unsetenv("KASPAR_TEST_SECRET");
    CHECK(keeper.kept("environment").find("tell-tale") == std::string::npos);
}

TEST_CASE("a hook that others could have changed is not run", "[attack][submission]") {
    const Keeper keeper;
    const auto refused = [&](const std::string& words) {
        const auto ended = run_hook({keeper.folder / "keeper", "", {}, std::chrono::seconds(60)});
        REQUIRE_FALSE(ended.ok());
        CHECK(ended.fault().words.find(words) != std::string::npos);
        CHECK_FALSE(std::filesystem::exists(keeper.folder / "input"));
    };
    SECTION("the file by all") {
        REQUIRE(::chmod((keeper.folder / "keeper").c_str(), 0757) == 0);
        refused("can be changed by others");
    }
    SECTION("the file by its group") {
        REQUIRE(::chmod((keeper.folder / "keeper").c_str(), 0775) == 0);
        refused("can be changed by others");
    }
    SECTION("its folder") {
        REQUIRE(::chmod(keeper.folder.path().c_str(), 0777) == 0);
        refused("folder that all may change");
    }
    SECTION("it is another's") {
        if (::geteuid() != 0)
            return;
        REQUIRE(::chown((keeper.folder / "keeper").c_str(), 65534, 65534) == 0);
        refused("can be changed by others");
    }
}

}  // namespace hook_test
