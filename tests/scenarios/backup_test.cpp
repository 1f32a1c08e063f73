// What is in a backup, what is not, and what is refused when one is read or put back.
#include <sys/stat.h>

#include <map>
#include <nlohmann/json.hpp>

#include "common/system/archive.h"
#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "enforcer/backup/backup.h"
#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace backup_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using std::filesystem::path;

namespace {

/// A zone with keys, and two backups of it.
struct BackedUp : Sandbox {
    const path archive = *this / "backup.tar", with_secrets = *this / "secrets.tar";

    BackedUp() {
        expect(add_zone());
        expect(enforcer());
        sign();
        expect(kaspar({"backup", archive.string()}));
        expect(kaspar({"backup", with_secrets.string(), "--with-secrets"}));
    }

    CommandResult check(const path& file) const {
        return test::run(
            {{KASPAR_PROGRAMS "/enforcer/kaspar", "backup", file.string(), "--check"}});
    }
    CommandResult restore(const path& file, const path& folder,
                          const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words{KASPAR_PROGRAMS "/enforcer/kaspar", "restore", file.string(),
                                       folder.string()};
        words.insert(words.end(), more.begin(), more.end());
        return test::run({words});
    }
};

std::map<std::string, std::string> members_of(const path& file) {
    std::map<std::string, std::string> members;
    auto archive = ArchiveReader::open(file);
    REQUIRE(archive.ok());
    for (;;) {
        const auto member = archive->next();
        REQUIRE(member.ok());
        if (!*member)
            return members;
        std::string& content = members[(*member)->name];
        REQUIRE(archive
                    ->read([&](std::string_view block) {
                        content += block;
                        return Outcome(Done{});
                    })
                    .ok());
    }
}

/// An archive of these files with a manifest that agrees with them.
void write_backup(const path& file, std::map<std::string, std::string> members) {
    auto manifest = parse_manifest(file, members[Manifest::file_name]);
    REQUIRE(manifest.ok());
    members.erase(Manifest::file_name);
    manifest->files.clear();
    auto archive = ArchiveWriter::create(file);
    REQUIRE(archive.ok());
    for (const auto& [name, content] : members) {
        REQUIRE(archive->add(name, content).ok());
        manifest->files.push_back({name, content.size(), to_hex(sha256(as_bytes(content)))});
    }
    REQUIRE(archive->add(Manifest::file_name, manifest_text(*manifest)).ok());
    REQUIRE(archive->commit().ok());
}

unsigned mode_of(const path& file) {
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("a backup has all there is, secrets only where they are asked for", "[attack][backup]") {
    const BackedUp box;
    CHECK(mode_of(box.archive) == 0600);
    const auto members = members_of(box.archive), all = members_of(box.with_secrets);
    for (const auto* name : {"kaspar.json", "policies/test.json", "state/kaspar.db",
                             "state/enforcer.pub", "state/reports/example.org", "manifest.json"})
        CHECK(members.contains(name));
    for (const auto* name : {"secrets/local", "secrets/enforcer.key"}) {
        CHECK_FALSE(members.contains(name));
        CHECK(all.contains(name));
    }
    std::size_t keys = 0;
    for (const auto& [name, content] : members)
        keys += name.starts_with("keys/local/") ? 1 : 0;
    CHECK(keys == 2);
    const auto passphrase = box.read(box / "passphrase");
    for (const auto& [name, content] : members)
        CHECK(content.find(passphrase) == content.npos);
    CHECK(says(box.kaspar({"backup", box.archive.string()}), "the passphrase of key store local"));
    expect(box.check(box.archive));
}

TEST_CASE("a restored set-up has the modes of a new one, and the same keys", "[backup]") {
    const BackedUp box;
    const path folder = box / "anew";
    expect(box.restore(box.with_secrets, folder));
    const std::map<std::string, unsigned> modes{{"state", 0750},      {"state/reports", 0770},
                                                {"keys", 0700},       {"state/kaspar.db", 0600},
                                                {"passphrase", 0600}, {"state/enforcer.key", 0600},
                                                {"kaspar.json", 0644}};
    for (const auto& [name, mode] : modes) {
        INFO(name);
        CHECK(mode_of(folder / name) == mode);
    }
    const auto listed = test::run({{KASPAR_PROGRAMS "/enforcer/kaspar", "key", "list", "-c",
                                    (folder / "kaspar.json").string(), "--json"}});
    CHECK(nlohmann::json::parse(listed.output).size() == 2);
    expect(test::run({{KASPAR_PROGRAMS "/enforcer/kaspar", "keystore", "list", "-c",
                       (folder / "kaspar.json").string()}}));
    CHECK(says(box.restore(box.with_secrets, folder), "is not empty"));
}

TEST_CASE("what a backup without secrets wants is said, and a new key signs instructions",
          "[backup]") {
    const BackedUp box;
    const auto restored = box.restore(box.archive, box / "anew");
    expect(restored);
    CHECK(says(restored, "the passphrase of key store local (" + (box / "anew").string()));
    CHECK(says(restored, "A new key signs the instructions"));
    CHECK(box.read(box / "anew/state/enforcer.pub") != box.read(box / "state/enforcer.pub"));
    CHECK_FALSE(std::filesystem::exists(box / "anew/passphrase"));
}

TEST_CASE("a backup that is damaged anywhere is refused, and nothing is written",
          "[attack][backup]") {
    const BackedUp box;
    std::string text = box.read(box.archive);
    const auto refuse = [&](const std::string& damaged) {
        box.write("damaged.tar", damaged);
        CHECK(box.check(box / "damaged.tar").status == 1);
        CHECK(box.restore(box / "damaged.tar", box / "anew").status == 1);
        CHECK_FALSE(std::filesystem::exists(box / "anew"));
    };
    refuse(text.substr(0, text.size() / 2));
    for (const auto* at : {"SQLite format 3", "PRIVATE KEY", "\"publish_safety\""}) {
        std::string damaged = text;
        ++damaged[damaged.find(at) + 1];
        refuse(damaged);
    }
    refuse("");
    refuse("no archive");
}

TEST_CASE("a backup with anything but files of a set-up is refused", "[attack][backup]") {
    const BackedUp box;
    const path hostile = box / "hostile.tar";
    for (const std::string name :
         {"../escaped", "/tmp/kaspar-escaped", "policies/../../escaped", "policies/.hidden",
          "keys/local/../../escaped.p8", "keys/elsewhere/00.p8", "state/enforcer.lock",
          "secrets/elsewhere"}) {
        INFO(name);
        auto members = members_of(box.archive);
        members[name] = "hostile";
        write_backup(hostile, members);
        CHECK(says(box.check(hostile), "no backup that Kaspar made"));
        CHECK(box.restore(hostile, box / "anew").status == 1);
        CHECK_FALSE(std::filesystem::exists(box / "anew"));
    }
    std::filesystem::create_symlink("/etc/passwd", box / "kaspar.link");
    expect(test::run({{"tar", "-C", (box / "").string(), "-cf", hostile.string(), "kaspar.link"}}));
    CHECK(says(box.check(hostile), "is not a regular file"));
    expect(test::run({{"tar", "-C", "/dev", "-cf", hostile.string(), "null"}}));
    CHECK(says(box.check(hostile), "is not a regular file"));
}

TEST_CASE("a backup whose kaspar.json leads elsewhere wants --outside", "[backup]") {
    const BackedUp box;
    auto members = members_of(box.with_secrets);
    std::string& text = members["kaspar.json"];
    const std::string mine = "\"policies\": \"policies\"";
    text.replace(text.find(mine), mine.size(),
                 "\"policies\": \"" + (box / "elsewhere").string() + "\"");
    write_backup(box / "moved.tar", members);
    CHECK(says(box.restore(box / "moved.tar", box / "anew"), "--outside"));
    CHECK_FALSE(std::filesystem::exists(box / "anew"));
    CHECK_FALSE(std::filesystem::exists(box / "elsewhere"));
    expect(box.restore(box / "moved.tar", box / "anew", {"--outside"}));
    CHECK(std::filesystem::exists(box / "elsewhere/test.json"));
}

TEST_CASE("a key whose file is missing is told, and the others are backed up", "[backup]") {
    const BackedUp box;
    auto members = members_of(box.archive);
    members.erase(members.lower_bound("keys/local/"));
    write_backup(box / "less.tar", members);
    const auto checked = box.check(box / "less.tar");
    CHECK(checked.status == 1);
    CHECK(says(checked, "missing since before the backup:\n  the file of "));
    const auto restored = box.restore(box / "less.tar", box / "anew");
    CHECK(restored.status == 1);
    CHECK(std::filesystem::exists(box / "anew/kaspar.json"));
}

TEST_CASE("a backup of a newer database is refused", "[backup]") {
    const BackedUp box;
    const auto file = box / "newer.db";
    {
        auto database = Database::open((box / "state/kaspar.db").string());
        REQUIRE(database.ok());
        REQUIRE(database->copy_to(file.string()).ok());
    }
    {
        auto newer = Database::open(file.string());
        REQUIRE(newer.ok());
        REQUIRE(newer->run("PRAGMA user_version = 999").ok());
        REQUIRE(newer->run("PRAGMA journal_mode = DELETE").ok());
    }
    auto members = members_of(box.archive);
    members["state/kaspar.db"] = box.read(file);
    write_backup(box / "newer.tar", members);
    CHECK(says(box.restore(box / "newer.tar", box / "anew"), "install the newer Kaspar"));
    CHECK_FALSE(std::filesystem::exists(box / "anew"));
}

}  // namespace backup_test
