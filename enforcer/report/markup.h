// HTML and SVG, well-formed by construction: an element ends where its C++ scope ends, and all
// words and attributes are escaped here and nowhere else. What it gives is HTML and XML at once.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace kaspar::enforcer {

/// `words` as text or attribute. What XML does not allow, and what would show other words than
/// there are (control characters, changes of direction, octets that are no UTF-8), becomes U+FFFD.
std::string escaped(std::string_view words);

class Markup {
  public:
    using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    /// An element that is open until this is destroyed.
    class Element {
      public:
        Element(const Element&) = delete;
        Element& operator=(const Element&) = delete;
        ~Element();

      private:
        friend Markup;
        Element(Markup& markup, std::string_view name) : markup_(markup), name_(name) {}
        Markup& markup_;
        std::string_view name_;
    };

    /// `name` is a literal.
    [[nodiscard]] Element element(std::string_view name, Attributes attributes = {});

    /// An element that holds only words.
    void leaf(std::string_view name, Attributes attributes, std::string_view words = {});

    /// One of HTML's elements that hold nothing, as meta and input.
    void empty(std::string_view name, Attributes attributes);

    void text(std::string_view words);

    /// Words in which commands stand between backticks, as Kaspar's messages have them.
    void prose(std::string_view words);

    /// Our own style sheets and scripts, which are no text of others.
    void verbatim(std::string_view ours) { text_ += ours; }

    std::string take() && { return std::move(text_); }

  private:
    void open(std::string_view name, Attributes attributes);
    std::string text_;
};

}  // namespace kaspar::enforcer
