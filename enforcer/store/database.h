// The SQLite database as statements, rows and transactions. Not a mapping of objects: the queries
// are written out beside it, by concern (zones, keys, remembered, policies, moves).
//
// Every fault is of class state or io and names the database file and what to do.
//
// SQL here has one function more than SQLite: digest(a, b, …), SHA-256 over its arguments, each
// written so that no other row of arguments reads the same: a number as "i", its digits and ",", a
// text or blob as its count of octets, ":" and the octets, NULL as "-".
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/values/bytes.h"
#include "common/values/result.h"
#include "common/values/time.h"
#include "enforcer/embedded.h"

struct sqlite3_stmt;

namespace kaspar::enforcer {

/// What is bound to one parameter of a statement.
class Value {
  public:
    Value(std::nullopt_t) {}
    Value(std::integral auto number) : content_(static_cast<std::int64_t>(number)) {}
    Value(std::string text) : content_(std::move(text)) {}
    Value(std::string_view text) : content_(std::string(text)) {}
    Value(const char* text) : content_(std::string(text)) {}
    Value(Bytes octets) : content_(std::move(octets)) {}
    Value(Time time) : content_(std::int64_t{time.time_since_epoch().count()}) {}
    Value(Duration duration) : content_(std::int64_t{duration.count()}) {}
    template <typename T>
    Value(const std::optional<T>& value) {
        if (value)
            *this = Value(*value);
    }

    using Content = std::variant<std::monostate, std::int64_t, std::string, Bytes>;
    const Content& content() const { return content_; }

  private:
    Content content_;
};

/// One row of a result, while the query runs. Columns count from 0.
class Row {
  public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

    bool null(int column) const;
    std::int64_t integer(int column) const;
    bool flag(int column) const { return integer(column) != 0; }
    std::string text(int column) const;
    Bytes octets(int column) const;
    Time time(int column) const { return Time(Duration(integer(column))); }
    Duration duration(int column) const { return Duration(integer(column)); }
    std::optional<std::int64_t> maybe_integer(int column) const;
    std::optional<std::string> maybe_text(int column) const;
    std::optional<Time> maybe_time(int column) const;

  private:
    sqlite3_stmt* statement_;
};

/// For statements whose only column is an id.
inline std::int64_t read_id(const Row& row) {
    return row.integer(0);
}

class Database {
  public:
    using Values = std::vector<Value>;

    /// Makes the file (mode 0600) with all migrations. Refused if it is there already.
    static Result<Database> create(const std::string& file);

    /// Opens an existing database and brings it up to date; a copy of what it was stays beside it.
    /// One that a newer program has changed is refused, and so is a missing or empty one: that is
    /// never taken for a new one.
    static Result<Database> open(const std::string& file);

    /// The same, but not brought up to date. Refused if a newer program has changed it.
    static Result<Database> open_as_it_is(const std::string& file);

    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    const std::string& file() const;

    /// Runs one statement that gives no rows.
    Outcome run(std::string_view sql, const Values& values = {});

    /// Runs one statement and shows each of its rows. `visit` may not run the same statement again.
    Outcome query(std::string_view sql, const Values& values,
                  const std::function<void(const Row&)>& visit);

    template <typename T>
    Result<std::vector<T>> all(std::string_view sql, const Values& values, T (*read)(const Row&)) {
        std::vector<T> found;
        KASPAR_CHECK(query(sql, values, [&](const Row& row) { found.push_back(read(row)); }));
        return found;
    }
    template <typename T>
    Result<std::optional<T>> one(std::string_view sql, const Values& values,
                                 T (*read)(const Row&)) {
        std::optional<T> found;
        KASPAR_CHECK(query(sql, values, [&](const Row& row) { found = read(row); }));
        return found;
    }

    std::int64_t last_id() const;       ///< of the row inserted last
    std::int64_t rows_changed() const;  ///< by the statement run last

    /// A copy beside the file, named after its version; its name.
    Result<std::string> keep_copy();

    /// Applies the migrations that this database has not had, one transaction each.
    Outcome migrate(std::span<const EmbeddedFile> migrations);

    /// How many migrations it has had.
    Result<std::size_t> version();

    /// Copies all that is committed to a new file (mode 0600) that stands alone. In a transaction
    /// that has changed nothing, that is what it sees. Fault: io, state.
    Outcome copy_to(const std::string& file);

    /// SQLite's own check of the whole file; reads all of it.
    Outcome check_integrity();

  private:
    struct Connection;
    explicit Database(std::unique_ptr<Connection> connection);
    static Result<Database> connect(const std::string& file);
    Outcome add_functions();
    Outcome run_script(std::string_view script);
    std::unique_ptr<Connection> connection_;

    friend class Transaction;
};

/// All or nothing: what is done between begin() and commit(). Takes the write lock at once (BEGIN
/// IMMEDIATE), so that what is read inside cannot be changed by another program before it is acted
/// on. Dropped uncommitted, everything is as it was.
class Transaction {
  public:
    static Result<Transaction> begin(Database& database);
    Outcome commit();

    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

  private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

}  // namespace kaspar::enforcer
