#include "sqlite.hpp"

namespace prelu::reports::sqlite {
namespace {

namespace fs = std::filesystem;

std::string damaged(const std::string& file) {
  return ": the database is damaged. Nothing was changed. Keep a copy; then see what\n"
         "  sqlite3 '" +
         file +
         "' 'PRAGMA integrity_check'\nsays, take the last backup, or save what can be read with\n"
         "  sqlite3 '" +
         file + "' .recover | sqlite3 recovered.db";
}

}  // namespace

Database::Database(const fs::path& file, Access access, int busy_ms) : file_(file) {
  // A reader may have to undo what a killed writer left half done, which is writing. SQLite opens a
  // file that is read-only as such all the same.
  const int flags = SQLITE_OPEN_READWRITE | (access == Access::write ? SQLITE_OPEN_CREATE : 0);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, busy_ms);
}

void Database::fail(int code) const {
  const std::string name = file_.string();
  const std::string why = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  constexpr int kPrimary = 0xFF;  // the rest of a code says more of the same
  switch (code & kPrimary) {
    case SQLITE_NOTADB:
      throw std::invalid_argument(name + ": is no SQLite database, or one whose head is damaged");
    case SQLITE_CORRUPT: throw std::invalid_argument(name + damaged(name));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw WriteError(name + ": another program has held it for too long; try again");
    case SQLITE_READONLY:
      throw WriteError(name + ": cannot be written: the file or its folder is read-only (" + why +
                       ")");
    case SQLITE_FULL: throw WriteError(name + ": cannot be written: the disk is full");
    case SQLITE_CANTOPEN:
      throw std::invalid_argument(
          name + ": cannot be opened: " + (fs::is_directory(file_) ? "it is a folder" : why) +
          "; its folder must exist, and may have to be writable");
    case SQLITE_PERM:
    case SQLITE_IOERR: throw WriteError(name + ": cannot be read or written: " + why);
    default: throw std::runtime_error(name + ": " + why);
  }
}

void Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Database::number(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

Statement::Statement(const Database& database, const char* sql) : database_(&database) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v2(database.handle(), sql, -1, &handle, nullptr);
  handle_.reset(handle);
  check(code);
}

Statement& Statement::bind(int place, std::int64_t value) {
  check(sqlite3_bind_int64(handle_.get(), place, value));
  return *this;
}

Statement& Statement::bind(int place, double value) {
  check(sqlite3_bind_double(handle_.get(), place, value));
  return *this;
}

Statement& Statement::bind(int place, std::string_view value) {
  check(sqlite3_bind_text64(handle_.get(), place, value.data(), value.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_null(int place) {
  check(sqlite3_bind_null(handle_.get(), place));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) database_->fail(code);
  return code == SQLITE_ROW;
}

void Statement::reset() { check(sqlite3_reset(handle_.get())); }

std::string Statement::text(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return data == nullptr ? std::string() : std::string(data, size);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) database_->fail(code);
}

// IMMEDIATE takes the lock to write at once: who waits, waits here, and never in the middle, where
// waiting could not end (two who both read and then want to write).
Transaction::Transaction(Database& database) : database_(&database) {
  database_->execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_->execute("COMMIT");
  open_ = false;
}

}  // namespace prelu::reports::sqlite
