// Secrets: read from where the configuration says, wiped from memory when dropped, never printed.
#pragma once

#include <string>

#include "common/formats/configuration.h"
#include "common/values/result.h"

namespace kaspar {

class Secret {
  public:
    explicit Secret(std::string text);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();  ///< wipes the memory

    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

/// Reads the secret; one trailing newline of a file is not part of it. Fault: key or io, naming the
/// source and the remedy, never the content. An empty secret is a fault. The mode of a systemd
/// credential is not checked: systemd shows its access list as group permissions.
/// `what` is what a person is asked for, if it is asked at the terminal.
Result<Secret> read_secret(const SecretSource& source, const std::string& what = "Secret");

}  // namespace kaspar
