#include "enforcer/folder_scan.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <unordered_set>

#include "common/system/file.h"
#include "enforcer/emission.h"
#include "enforcer/report_intake.h"
#include "enforcer/store/folders.h"

namespace kaspar::enforcer {

namespace {

constexpr std::int64_t second = 1'000'000'000;       // of a file system's time
constexpr std::int64_t still_changing = 2 * second;  // some file systems count in two seconds
constexpr std::int64_t trusted_for = 600 * second;

Fault cannot_look_at(const Path& path) {
    return {FaultClass::io,
            fmt::format("cannot look at {}: {}", path.string(), std::strerror(errno))};
}

std::int64_t nanoseconds(const timespec& time) {
    return time.tv_sec * second + time.tv_nsec;
}

/// Now, by the clock that stamps the files.
Result<std::int64_t> file_system_time(const Path& file) {
    struct stat found {};
    if (::utimensat(AT_FDCWD, file.c_str(), nullptr, 0) != 0 || ::stat(file.c_str(), &found) != 0)
        return cannot_look_at(file);
    return nanoseconds(found.st_mtim);
}

/// Absent: there is no such folder yet.
Result<std::optional<FolderStamp>> stamp_folder(const Path& folder) {
    struct stat found {};
    if (::stat(folder.c_str(), &found) == 0)
        return std::optional(FolderStamp{static_cast<std::int64_t>(found.st_dev),
                                         static_cast<std::int64_t>(found.st_ino),
                                         nanoseconds(found.st_ctim)});
    if (errno == ENOENT)
        return std::optional<FolderStamp>{};
    return cannot_look_at(folder);
}

/// One of the two folders, at one look.
class Folder {
  public:
    static Result<Folder> look(const Enforcement& with, Path path, std::int64_t now) {
        KASPAR_TRY(const auto known, find_folder(with.database, path));
        KASPAR_TRY(const auto stamp, stamp_folder(path));
        return Folder{std::move(path), stamp, known, now};
    }

    bool is_known() const {
        return known_ && stamp_ == known_->stamp && known_->looked_at <= now_ &&
               now_ < known_->looked_at + trusted_for;
    }

    /// All is well in it: remembers that, unless it may still change without another stamp.
    Outcome remember(const Enforcement& with) const {
        if (!stamp_ || stamp_->changed + still_changing > now_)
            return Done{};
        return save_folder(with.database, path_, {*stamp_, now_});
    }

    const Path& path() const { return path_; }

  private:
    Folder(Path path, std::optional<FolderStamp> stamp, std::optional<KnownFolder> known,
           std::int64_t now)
        : path_(std::move(path)), stamp_(stamp), known_(known), now_(now) {}

    Path path_;
    std::optional<FolderStamp> stamp_;
    std::optional<KnownFolder> known_;
    std::int64_t now_;
};

Result<std::unordered_set<std::string>> names_in(const Path& folder) {
    std::unordered_set<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error))
        names.insert(at->path().filename().string());
    if (error && error != std::errc::no_such_file_or_directory)
        return io_fault("list", folder, error.value());
    return names;
}

std::string file_name(const ZoneFiles& zone) {
    const auto name = Name::from_text(zone.name);
    require(name.ok(), "the database holds valid zone names");
    return name->file_name();
}

using Ids = std::vector<std::int64_t>;

Outcome compare_reports(const Folder& folder, const std::vector<ZoneFiles>& zones, Ids& unlike) {
    for (const ZoneFiles& zone : zones)
        if (is_new(zone.report, folder.path() / file_name(zone)))
            unlike.push_back(zone.id);
    return Done{};
}

Outcome compare_instructions(const Folder& folder, const std::vector<ZoneFiles>& zones,
                             Ids& unlike) {
    KASPAR_TRY(const auto names, names_in(folder.path()));
    for (const ZoneFiles& zone : zones)
        if (zone.instructed && !names.contains(file_name(zone)))
            unlike.push_back(zone.id);
    return Done{};
}

using Compare = Outcome (*)(const Folder&, const std::vector<ZoneFiles>&, Ids&);

Outcome look_through(const Enforcement& with, const Folder& folder, Compare compare, Ids& unlike) {
    if (folder.is_known())
        return Done{};
    KASPAR_TRY(const auto zones, zone_files(with.database));
    Ids found;
    KASPAR_CHECK(compare(folder, zones, found));
    unlike.insert(unlike.end(), found.begin(), found.end());
    return found.empty() ? folder.remember(with) : Outcome(Done{});
}

}  // namespace

Result<std::vector<std::int64_t>> zones_with_other_files(const Enforcement& with,
                                                         const Path& clock_file) {
    // The time before the stamps, the stamps before the files: what comes later has a later stamp.
    KASPAR_TRY(const std::int64_t now, file_system_time(clock_file));
    KASPAR_TRY(const Folder reports, Folder::look(with, with.configuration.reports(), now));
    KASPAR_TRY(const Folder instructions,
               Folder::look(with, with.configuration.instructions(), now));
    Ids unlike;
    KASPAR_CHECK(look_through(with, reports, compare_reports, unlike));
    if (reports.is_known()) {
        KASPAR_TRY(const auto awaited, zones_awaiting_report(with.database));
        KASPAR_CHECK(compare_reports(reports, awaited, unlike));
    }
    KASPAR_CHECK(look_through(with, instructions, compare_instructions, unlike));
    return unlike;
}

}  // namespace kaspar::enforcer
