#include "enforcer/store/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "common/system/file.h"
#include "common/system/trust.h"
#include "common/values/digest.h"

namespace kaspar::enforcer {

namespace {

constexpr int busy_milliseconds = 20'000;

/// The operating system's error behind one of SQLite's; 0: there is none.
int system_error(sqlite3* handle, int code) {
    const int primary = code & 0xff;
    const bool of_system =
        primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR || primary == SQLITE_FULL;
    return of_system && handle != nullptr ? sqlite3_system_errno(handle) : 0;
}

std::string remedy(int code) {
    switch (code & 0xff) {
        case SQLITE_NOMEM:
            return "give it more memory (MemoryMax= of its unit, ulimit -v)";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return fmt::format("another program has held it for {} s; try again",
                               busy_milliseconds / 1000);
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return "the file is damaged; stop the enforcer and put a backup in its place (signing "
                   "goes on meanwhile)";
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return "check owner and mode of the file and its folder, and run this as their owner";
        case SQLITE_FULL:
            return "the disk is full; make room and try again";
        default:
            return "check the disk and try again";
    }
}

/// `system`: the operating system's error behind it, as in errno, or 0.
Fault fault_of(const std::string& file, int code, std::string_view words, int system) {
    if (system != 0 && system != ENOENT)
        return io_fault("use the database", file, system);
    // SQLite looks for a file that it could not make beside the database, and then tells of that.
    if (system == ENOENT)
        if (auto beside = FileWriter::create(file); !beside.ok())
            return std::move(beside).fault();
    const int primary = code & 0xff;
    const bool io = primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY ||
                    primary == SQLITE_PERM || primary == SQLITE_FULL || primary == SQLITE_IOERR;
    return {io ? FaultClass::io : FaultClass::state,
            fmt::format("database {}: {}: {}", file, words, remedy(code))};
}

Fault newer(const std::string& file, std::size_t found, std::size_t known) {
    return {FaultClass::state,
            fmt::format("database {}: it has version {}, this program knows versions up to {}: "
                        "install the newer Kaspar that changed it, or put the backup from before "
                        "that back",
                        file, found, known)};
}

int bind_value(sqlite3_stmt* statement, int index, const Value& value) {
    const auto& content = value.content();
    if (const auto* number = std::get_if<std::int64_t>(&content))
        return sqlite3_bind_int64(statement, index, *number);
    if (const auto* text = std::get_if<std::string>(&content))
        return sqlite3_bind_text(statement, index, text->data(), static_cast<int>(text->size()),
                                 SQLITE_TRANSIENT);
    if (const auto* octets = std::get_if<Bytes>(&content))
        // An empty vector's data() may be null, which SQLite would take for NULL.
        return sqlite3_bind_blob(statement, index,
                                 octets->empty() ? "" : static_cast<const void*>(octets->data()),
                                 static_cast<int>(octets->size()), SQLITE_TRANSIENT);
    return sqlite3_bind_null(statement, index);
}

/// One argument of digest(), as the header says.
void add_argument(Digest& digest, sqlite3_value* argument) {
    const int type = sqlite3_value_type(argument);
    if (type == SQLITE_NULL)
        return digest.add(as_bytes("-"));
    if (type == SQLITE_INTEGER)
        return digest.add(as_bytes(fmt::format("i{},", sqlite3_value_int64(argument))));
    // The octets first: asking for them may change what is counted.
    const auto* octets = static_cast<const char*>(sqlite3_value_blob(argument));
    const std::string_view view(octets, octets ? sqlite3_value_bytes(argument) : 0);
    digest.add(as_bytes(fmt::format("{}:", view.size())));
    digest.add(as_bytes(view));
}

void digest_of_arguments(sqlite3_context* context, int count, sqlite3_value** arguments) {
    Digest digest = Digest::sha256();
    for (int i = 0; i < count; ++i)
        add_argument(digest, arguments[i]);
    const Bytes made = digest.finish();
    sqlite3_result_blob(context, made.data(), static_cast<int>(made.size()), SQLITE_TRANSIENT);
}

/// Where a database is made: what has its real name is whole.
std::string unfinished(const std::string& file) {
    return file + ".new";
}

/// What an attempt that was cut short has left.
Outcome remove_unfinished(const std::string& file) {
    for (const auto part : {"", "-wal", "-shm", "-journal"})
        KASPAR_CHECK(remove_file(unfinished(file) + part));
    return Done{};
}

/// SQLite gives its -wal and -shm files the mode of the database.
Outcome make_empty(const std::string& file) {
    const int descriptor = ::open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return Fault{errno == EEXIST ? FaultClass::refused : FaultClass::io,
                     fmt::format("cannot make the database {}: {}", file, std::strerror(errno))};
    ::close(descriptor);
    return Done{};
}

}  // namespace

bool Row::null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Row::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string Row::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text ? std::string(text, sqlite3_column_bytes(statement_, column)) : std::string();
}

Bytes Row::octets(int column) const {
    const auto* octets = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return octets ? Bytes(octets, octets + sqlite3_column_bytes(statement_, column)) : Bytes();
}

std::optional<std::int64_t> Row::maybe_integer(int column) const {
    if (null(column))
        return std::nullopt;
    return integer(column);
}

std::optional<std::string> Row::maybe_text(int column) const {
    if (null(column))
        return std::nullopt;
    return text(column);
}

std::optional<Time> Row::maybe_time(int column) const {
    if (null(column))
        return std::nullopt;
    return time(column);
}

struct Database::Connection {
    std::string file;
    sqlite3* handle = nullptr;
    std::map<std::string, sqlite3_stmt*, std::less<>> statements;

    explicit Connection(std::string name) : file(std::move(name)) {}
    Connection(const Connection&) = delete;
    ~Connection() {
        for (const auto& [sql, statement] : statements)
            sqlite3_finalize(statement);
        sqlite3_close(handle);
    }

    Fault fault(int code) const {
        return fault_of(file, code, sqlite3_errmsg(handle), system_error(handle, code));
    }

    Result<sqlite3_stmt*> prepare(std::string_view sql) {
        if (const auto known = statements.find(sql); known != statements.end()) {
            require(!sqlite3_stmt_busy(known->second), "a query does not run inside itself");
            return known->second;
        }
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK)
            return fault(code);
        statements.emplace(sql, statement);
        return statement;
    }
};

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

const std::string& Database::file() const {
    return connection_->file;
}

Result<Database> Database::create(const std::string& file) {
    if (::access(file.c_str(), F_OK) == 0)
        return Fault{FaultClass::refused,
                     fmt::format("cannot make the database {}: it is there already", file)};
    KASPAR_CHECK(remove_unfinished(file));
    KASPAR_CHECK(make_empty(unfinished(file)));
    {
        KASPAR_TRY(Database database, connect(unfinished(file)));
        KASPAR_CHECK(database.migrate(migration_files()));
        // Into one file, which can be moved.
        KASPAR_CHECK(database.run_script("PRAGMA journal_mode = DELETE"));
    }
    KASPAR_CHECK(give_free_name(unfinished(file), file).within("cannot make the database"));
    return connect(file);
}

Result<Database> Database::open(const std::string& file) {
    KASPAR_TRY(Database database, open_as_it_is(file));
    KASPAR_TRY(const std::size_t version, database.version());
    if (version == migration_files().size())
        return database;
    KASPAR_TRY(const std::string copy, database.keep_copy());
    KASPAR_CHECK(database.migrate(migration_files()));
    return database;
}

Result<Database> Database::open_as_it_is(const std::string& file) {
    if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT)
        return Fault{FaultClass::state,
                     fmt::format("there is no database {}: if there was one, put its backup back; "
                                 "a new set-up is made with `kaspar init`",
                                 file)};
    KASPAR_CHECK(check_writers(file));
    KASPAR_TRY(Database database, connect(file));
    KASPAR_TRY(const std::size_t version, database.version());
    if (version == 0)
        return Fault{FaultClass::state,
                     fmt::format("database {}: it is empty: put its backup back", file)};
    if (version > migration_files().size())
        return newer(file, version, migration_files().size());
    return database;
}

/// One that is there is kept: it is whole, and of an attempt that was cut short, after which the
/// database may be anything.
Result<std::string> Database::keep_copy() {
    KASPAR_TRY(const std::size_t had, version());
    const std::string copy = fmt::format("{}.version-{}", file(), had);
    KASPAR_TRY(Transaction alone, Transaction::begin(*this));  // of all who upgrade it
    if (::access(copy.c_str(), F_OK) == 0)
        return copy;
    KASPAR_CHECK(remove_unfinished(copy));
    KASPAR_CHECK(copy_to(unfinished(copy)));
    KASPAR_CHECK(give_free_name(unfinished(copy), copy));
    return copy;
}

Result<Database> Database::connect(const std::string& file) {
    auto connection = std::make_unique<Connection>(file);
    const int code = sqlite3_open_v2(file.c_str(), &connection->handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nullptr);
    if (code != SQLITE_OK)
        return fault_of(file, code, sqlite3_errstr(code), system_error(connection->handle, code));
    sqlite3_busy_timeout(connection->handle, busy_milliseconds);
    Database database(std::move(connection));
    KASPAR_CHECK(database.run_script(
        "PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "PRAGMA trusted_schema = OFF;"));
    KASPAR_CHECK(database.add_functions());
    return database;
}

Outcome Database::add_functions() {
    const int code = sqlite3_create_function_v2(
        connection_->handle, "digest", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
        nullptr, digest_of_arguments, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return connection_->fault(code);
    return Done{};
}

Outcome Database::run_script(std::string_view script) {
    const int code =
        sqlite3_exec(connection_->handle, std::string(script).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return connection_->fault(code);
    return Done{};
}

Outcome Database::run(std::string_view sql, const Values& values) {
    return query(sql, values, [](const Row&) {});
}

Outcome Database::query(std::string_view sql, const Values& values,
                        const std::function<void(const Row&)>& visit) {
    KASPAR_TRY(sqlite3_stmt* const statement, connection_->prepare(sql));
    require(static_cast<std::size_t>(sqlite3_bind_parameter_count(statement)) == values.size(),
            "a statement is given a value for every parameter");
    int code = SQLITE_OK;
    for (std::size_t i = 0; i < values.size() && code == SQLITE_OK; ++i)
        code = bind_value(statement, static_cast<int>(i) + 1, values[i]);
    if (code == SQLITE_OK)
        while ((code = sqlite3_step(statement)) == SQLITE_ROW)
            visit(Row(statement));
    auto outcome = code == SQLITE_DONE ? Outcome(Done{}) : Outcome(connection_->fault(code));
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return outcome;
}

std::int64_t Database::last_id() const {
    return sqlite3_last_insert_rowid(connection_->handle);
}

std::int64_t Database::rows_changed() const {
    return sqlite3_changes64(connection_->handle);
}

Result<std::size_t> Database::version() {
    std::size_t version = 0;
    KASPAR_CHECK(query("PRAGMA user_version", {}, [&](const Row& row) {
        version = static_cast<std::size_t>(row.integer(0));
    }));
    return version;
}

Outcome Database::migrate(std::span<const EmbeddedFile> migrations) {
    KASPAR_TRY(const std::size_t found, version());
    if (found > migrations.size())
        return newer(file(), found, migrations.size());
    for (std::size_t next = found; next < migrations.size(); ++next) {
        KASPAR_TRY(Transaction transaction, Transaction::begin(*this));
        // Another program may have applied it between our look and our lock.
        KASPAR_TRY(const std::size_t current, version());
        if (current > next)
            continue;
        KASPAR_CHECK(run_script(migrations[next].text).within(migrations[next].name));
        KASPAR_CHECK(run_script(fmt::format("PRAGMA user_version = {}", next + 1)));
        KASPAR_CHECK(transaction.commit());
    }
    return Done{};
}

Outcome Database::copy_to(const std::string& file) {
    // SQLite copies nothing from a connection that holds the write lock, as the caller's may.
    KASPAR_TRY(const Database source, connect(connection_->file));
    KASPAR_CHECK(make_empty(file));
    KASPAR_TRY(Database copy, connect(file));
    KASPAR_CHECK(copy.run_script("PRAGMA synchronous = OFF"));  // whoever moves it on waits for it
    sqlite3* const target = copy.connection_->handle;
    sqlite3_backup* const backup =
        sqlite3_backup_init(target, "main", source.connection_->handle, "main");
    if (backup == nullptr)
        return copy.connection_->fault(sqlite3_errcode(target));
    const int code = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE)
        return fault_of(file, code, sqlite3_errstr(code), system_error(target, code));
    return copy.run_script("PRAGMA journal_mode = DELETE");
}

Outcome Database::check_integrity() {
    std::string verdict;
    KASPAR_CHECK(
        query("PRAGMA quick_check(1)", {}, [&](const Row& row) { verdict = row.text(0); }));
    if (verdict == "ok")
        return Done{};
    return fault_of(file(), SQLITE_CORRUPT, verdict, 0);
}

Result<Transaction> Transaction::begin(Database& database) {
    KASPAR_CHECK(database.run_script("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Outcome Transaction::commit() {
    require(database_ != nullptr, "a transaction is committed once");
    KASPAR_CHECK(database_->run_script("COMMIT"));
    database_ = nullptr;
    return Done{};
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
    if (database_ && !sqlite3_get_autocommit(database_->connection_->handle))
        sqlite3_exec(database_->connection_->handle, "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace kaspar::enforcer
