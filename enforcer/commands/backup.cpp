// `kaspar backup` and `kaspar restore`: words around enforcer/backup.h and enforcer/restore.h.
#include <fmt/format.h>

#include "enforcer/backup/backup.h"
#include "enforcer/backup/restore.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"

namespace kaspar::enforcer {

namespace {

Json to_json(const ExaminedBackup& backup) {
    return {{"made", to_rfc3339(backup.manifest.made)},
            {"kaspar", backup.manifest.program},
            {"database_version", backup.manifest.database_version},
            {"secrets", backup.manifest.has_secrets},
            {"files", backup.manifest.files.size()},
            {"zones", backup.zones},
            {"keys", backup.keys},
            {"in_tokens", backup.in_tokens},
            {"missing", backup.missing}};
}

std::string list(std::string_view head, const std::vector<std::string>& lines) {
    if (lines.empty())
        return "";
    std::string text = fmt::format("{}:\n", head);
    for (const std::string& line : lines)
        text += "  " + line + "\n";
    return text;
}

std::string told(const std::filesystem::path& file, const ExaminedBackup& backup) {
    return fmt::format(
               "{} is good: {} zones, {} keys, {} files, made {} by Kaspar {}, {} secrets\n",
               file.string(), backup.zones, backup.keys, backup.manifest.files.size(),
               to_rfc3339(backup.manifest.made), backup.manifest.program,
               backup.manifest.has_secrets ? "with" : "without") +
           list("missing since before the backup", backup.missing);
}

ExitStatus ending_of(const ExaminedBackup& backup) {
    return backup.missing.empty() ? ExitStatus::done : ExitStatus::attention;
}

std::string next_steps(const Restored& restored) {
    const std::string key =
        restored.has_new_enforcer_key
            ? fmt::format("A new key signs the instructions: give signers on other machines {}.\n",
                          restored.configuration.enforcer_public_key.string())
            : "";
    return fmt::format(
        "{}{}"
        "No zone is moved or instructed before you say what is published: the backup knows nothing "
        "of what was done since {}.\n"
        "Put the signer's newest reports into {}, if you have them; then `kaspar -c {} health` "
        "tells what to do.\n",
        list("Bring", restored.to_bring), key, to_rfc3339(restored.backup.manifest.made),
        restored.configuration.reports().string(), restored.configuration.file.string());
}

}  // namespace

Ending backup(Session& session, const std::string& file, bool with_secrets) {
    KASPAR_TRY(const MadeBackup made, make_backup(session.with(), file, with_secrets));
    KASPAR_TRY(const ExaminedBackup read_back, examine_backup(file));
    if (session.json())
        print(to_json(read_back).dump(2) + "\n");
    else
        print(told(file, read_back) + list("not in it; keep it elsewhere", made.not_in_it));
    return ending_of(read_back);
}

Ending check_backup(const std::string& file, bool json) {
    KASPAR_TRY(const ExaminedBackup backup, examine_backup(file));
    print(json ? to_json(backup).dump(2) + "\n" : told(file, backup));
    return ending_of(backup);
}

Ending restore(const BackupToRestore& asked) {
    std::error_code error;
    const auto folder = std::filesystem::absolute(asked.folder, error).lexically_normal();
    KASPAR_TRY(const Restored restored,
               restore_backup({asked.file, folder.has_filename() ? folder : folder.parent_path(),
                               asked.outside, asked.now, user_name()}));
    print(fmt::format("restored {} zones and {} keys into {}\n", restored.backup.zones,
                      restored.backup.keys, folder.string()) +
          list("missing since before the backup", restored.backup.missing) + next_steps(restored));
    return ending_of(restored.backup);
}

}  // namespace kaspar::enforcer
