// SQLite, owned by values, with errors that say what to do.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace prelu::reports::sqlite {

/// The database could not be written: locked for too long, read-only, or the disk is full.
class WriteError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file and the connection to it. What SQLite complains of is thrown, naming the file and what to
/// do: WriteError, or std::invalid_argument for a file that is no database or is damaged.
class Database {
 public:
  enum class Access { read, write };

  /// With Access::write the file is created where there is none. Waits up to `busy_ms` for others.
  Database(const std::filesystem::path& file, Access access, int busy_ms);

  const std::filesystem::path& file() const { return file_; }
  sqlite3* handle() const { return handle_.get(); }

  void execute(const char* sql);
  /// The number that a statement such as a pragma gives.
  std::int64_t number(const char* sql);

  /// Throws what the error code `code` of the last call stands for.
  [[noreturn]] void fail(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement. The database must outlive it.
class Statement {
 public:
  Statement(const Database& database, const char* sql);

  /// Parameters are counted from 1, as SQLite does. Text is not copied: it must live until step().
  Statement& bind(int place, std::int64_t value);
  Statement& bind(int place, double value);
  Statement& bind(int place, std::string_view value);
  Statement& bind_null(int place);

  /// Whether there is a row.
  bool step();
  /// After the last row, or an INSERT: ready to be bound again.
  void reset();

  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  double real(int column) const { return sqlite3_column_double(handle_.get(), column); }
  std::string text(int column) const;
  bool is_null(int column) const {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };

  void check(int code) const;

  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// All of what is done while it lives, or nothing: rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Database* database_;
  bool open_ = true;
};

}  // namespace prelu::reports::sqlite
