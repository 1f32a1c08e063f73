#include "common/system/secret.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>  // explicit_bzero
#include <termios.h>
#include <unistd.h>

#include <cstdlib>

#include "common/system/descriptor.h"
#include "common/system/file.h"

namespace kaspar {
namespace {

/// Overwrites all that the string holds, its unused room too: a short text stays behind there when
/// it is moved from.
void wipe(std::string& text) {
    text.resize(text.capacity());
    explicit_bzero(text.data(), text.size());
    text.clear();
}

Fault key_fault(std::string words) {
    return {FaultClass::key, std::move(words)};
}

constexpr std::size_t longest_line = 1024;  // of what is typed at a terminal

Result<Secret> from_text(std::string text, const std::string& source) {
    if (text.ends_with('\n'))
        text.pop_back();
    Secret secret(std::move(text));
    if (secret.text().empty())
        return key_fault(fmt::format("the secret in {} is empty", source));
    return secret;
}

Result<Secret> from_credential(const std::string& name) {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr)
        return key_fault(
            fmt::format("there is no credential {}: $CREDENTIALS_DIRECTORY is not set; "
                        "run under systemd with LoadCredential={}:…",
                        name, name));
    if (name.find('/') != name.npos)
        return key_fault(fmt::format("a credential's name has no slash: {}", name));
    const auto path = Path(folder) / name;
    KASPAR_TRY(auto text, read_file(path));
    return from_text(std::move(text), path.string());
}

Result<Secret> from_environment(const std::string& variable) {
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr)
        return key_fault(fmt::format("the environment variable {} is not set", variable));
    return from_text(value, "$" + variable);
}

/// The terminal's echo, off while this lives.
class QuietTerminal {
  public:
    explicit QuietTerminal(int terminal) : terminal_(terminal) {
        if (::tcgetattr(terminal_, &before_) != 0)
            return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(terminal_, TCSAFLUSH, &quiet) == 0;
    }
    ~QuietTerminal() {
        if (changed_)
            ::tcsetattr(terminal_, TCSAFLUSH, &before_);
    }
    QuietTerminal(const QuietTerminal&) = delete;
    QuietTerminal& operator=(const QuietTerminal&) = delete;

  private:
    int terminal_;
    termios before_{};
    bool changed_ = false;
};

void show(int terminal, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(terminal, text.data(), text.size());
        if (written <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// Asked at the terminal, not on standard input, which may be a pipe.
Result<Secret> from_prompt(const std::string& what) {
    const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
    if (!terminal.valid())
        return key_fault(what +
                         " is to be asked at the terminal, and there is none; use another "
                         "source in kaspar.json");
    std::string text(longest_line, '\0');
    show(terminal.number(), what + ": ");
    const QuietTerminal quiet(terminal.number());
    const auto size = ::read(terminal.number(), text.data(), text.size());
    show(terminal.number(), "\n");
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return from_text(std::move(text), "the answer");
}

}  // namespace

Secret::Secret(std::string text) : text_(std::move(text)) {
    wipe(text);
}

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
    wipe(other.text_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this == &other)
        return *this;
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
    return *this;
}

Secret::~Secret() {
    wipe(text_);
}

Result<Secret> read_secret(const SecretSource& source, const std::string& what) {
    // A credential comes before the file beside it, which only a person may read.
    const bool is_service = source.credential && std::getenv("CREDENTIALS_DIRECTORY") != nullptr;
    if (source.file && !is_service) {
        KASPAR_TRY(auto text, read_private_file(*source.file));
        return from_text(std::move(text), source.file->string());
    }
    if (source.credential)
        return from_credential(*source.credential);
    if (source.environment)
        return from_environment(*source.environment);
    if (source.prompt)
        return from_prompt(what);
    return key_fault("the configuration names no source for the secret");
}

}  // namespace kaspar
