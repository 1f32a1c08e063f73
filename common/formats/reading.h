// What goes along while a document is read by its field tables: where we are in it, and everything
// found wrong so far.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/formats/json_text.h"

namespace kaspar::fields {

class Reading {
  public:
    /// `folder`: what relative paths in the document are relative to.
    explicit Reading(std::filesystem::path folder = {}) : folder_(std::move(folder)) {}

    /// Restores the path when it goes out of scope.
    class [[nodiscard]] Inside {
      public:
        Inside(Reading& reading, std::string_view step);
        ~Inside() { reading_.path_.resize(length_); }
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;

      private:
        Reading& reading_;
        std::size_t length_;
    };

    /// Goes into a field; what is read there is remembered as standing at `at`.
    Inside enter(std::string_view field, Position at);
    Inside enter(std::size_t index, Position at);

    /// An error in the field that is being read.
    void error(Position at, std::string words, std::string remedy);

    /// An error in a field of the object that is being read.
    void error(std::string_view field, Position at, std::string words, std::string remedy);

    /// "42 is not a duration": the usual error.
    void not_a(const JsonValue& value, std::string_view expected, std::string remedy);

    /// Complains of every member whose name is not among `known`, with the nearest that is.
    void refuse_unknown(const JsonObject& members, std::span<const std::string> known);

    /// The rest of the document cannot be understood (a format version from the future), or has so
    /// many errors that no more of them are told.
    void abandon() { abandoned_ = true; }
    bool abandoned() const { return abandoned_; }

    std::size_t error_count() const { return error_count_; }
    const std::filesystem::path& folder() const { return folder_; }
    const std::map<std::string, Position>& positions() const { return positions_; }
    std::vector<Finding> take_findings() && { return std::move(findings_); }

  private:
    std::filesystem::path folder_;
    std::string path_;
    std::map<std::string, Position> positions_;
    std::vector<Finding> findings_;
    std::size_t error_count_ = 0;
    bool abandoned_ = false;
};

/// `"a", "b" or "c"`
std::string quoted_choice(std::span<const std::string> words);

}  // namespace kaspar::fields
