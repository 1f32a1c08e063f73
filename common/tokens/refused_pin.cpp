#include "common/tokens/refused_pin.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "common/system/file.h"

namespace kaspar::token {
namespace {

/// Tells one PIN from another without telling anything about it: where it comes from, and, of a
/// file, when that was written.
std::string identity(const KeyStoreConfiguration& configuration) {
    std::string source =
        fmt::format("{} {} ", configuration.module.string(), configuration.token.uri());
    const SecretSource& pin = configuration.pin;
    struct stat file {};
    if (pin.file && ::stat(pin.file->c_str(), &file) == 0)
        source += fmt::format("file {} {} {}.{:09}", pin.file->string(), file.st_ino,
                              file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
    else if (pin.credential)
        source += "credential " + *pin.credential;
    else if (pin.environment)
        source += "environment " + *pin.environment;
    return source;
}

}  // namespace

std::optional<RefusedPin> refused_pin(const KeyStoreConfiguration& configuration) {
    struct stat file {};
    if (::stat(configuration.refused_pin.c_str(), &file) != 0)
        return std::nullopt;
    const auto text = read_file(configuration.refused_pin);
    if (!text.ok())
        return RefusedPin{Time(Duration(file.st_mtim.tv_sec)), text.fault().words};
    const auto end = text->find('\n');
    if (text->substr(0, end) != identity(configuration))
        return std::nullopt;
    std::string words = end == text->npos ? std::string{} : text->substr(end + 1);
    while (words.ends_with('\n'))
        words.pop_back();
    return RefusedPin{Time(Duration(file.st_mtim.tv_sec)), std::move(words)};
}

Outcome note_refused_pin(const KeyStoreConfiguration& configuration, const std::string& words) {
    KASPAR_CHECK(make_folder(configuration.refused_pin.parent_path()));
    return write_file(configuration.refused_pin,
                      fmt::format("{}\n{}\n", identity(configuration), words));
}

Outcome forget_refused_pin(const KeyStoreConfiguration& configuration) {
    return remove_file(configuration.refused_pin);
}

}  // namespace kaspar::token
