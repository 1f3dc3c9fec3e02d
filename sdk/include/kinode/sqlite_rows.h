// The rows that a query of <kinode/sqlite.h> gives.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "kinode/blob.h"
#include "kinode/error.h"
#include "kinode/json_reader.h"

namespace kinode::sqlite {

/// Bytes, as a BLOB holds them.
struct Binary {
  std::string bytes;
  bool operator==(const Binary&) const = default;
};

/// A value as SQLite has it; NULL is std::monostate.
using Value = std::variant<std::monostate, int64_t, double, std::string, Binary>;

namespace detail {

/// The types that a value is read as. Each conversion gives false if the value is none of these.
bool convert(const Value& from, int64_t& to);
bool convert(const Value& from, double& to);  // also whole numbers
bool convert(const Value& from, bool& to);    // 0 and 1
bool convert(Value& from, std::string& to);
bool convert(Value& from, Binary& to);
inline bool convert(Value& from, Value& to) {
  to = std::move(from);
  return true;
}
template <std::integral Number>
  requires(!std::same_as<Number, bool> && !std::same_as<Number, int64_t>)
bool convert(const Value& from, Number& to) {
  int64_t whole = 0;
  if (!convert(from, whole) || !std::in_range<Number>(whole)) return false;
  to = static_cast<Number>(whole);
  return true;
}
template <class T>
bool convert(Value& from, std::optional<T>& to) {
  to.reset();
  return std::holds_alternative<std::monostate>(from) || convert(from, to.emplace());
}

Result<Value> decode(std::string_view cell);
Error wrong_type(std::string_view column, std::string_view cell);

}  // namespace detail

/// One row: views into the rows' memory, decoded when they are asked for.
class Row {
 public:
  size_t size() const { return cells_.size(); }

  /// The value of a column, counted from 0: whole numbers, double, bool, std::string, Binary, Value
  /// for any, and std::optional of these for what may be NULL. Errors: kInvalid, if there is no
  /// such column, or its value is none of this type.
  template <class T, std::integral Index>
  Result<T> get(Index index) const {
    const auto column = static_cast<size_t>(index);
    if (column >= cells_.size()) return std::unexpected(no_column(std::to_string(index)));
    auto value = detail::decode(cells_[column]);
    if (!value) return std::unexpected(std::move(value.error()));
    T out{};
    if (detail::convert(*value, out)) return out;
    return std::unexpected(detail::wrong_type((*names_)[column], cells_[column]));
  }
  /// The same by the column's name.
  template <class T>
  Result<T> get(std::string_view name) const {
    for (size_t i = 0; i < cells_.size(); ++i) {
      if ((*names_)[i] == name) return get<T>(i);
    }
    return std::unexpected(no_column(name));
  }

  /// The whole row, whose columns are exactly of these types.
  template <class... Types>
  Result<std::tuple<Types...>> as() const {
    if (sizeof...(Types) != cells_.size()) {
      return std::unexpected(wrong_count(sizeof...(Types)));
    }
    return as_tuple<Types...>(std::index_sequence_for<Types...>());
  }

 private:
  friend class Rows;

  template <class... Types, size_t... At>
  Result<std::tuple<Types...>> as_tuple(std::index_sequence<At...>) const {
    std::tuple<Types...> out;
    Error error;
    const auto read = [&]<class T>(size_t at, T& to) {
      auto value = get<T>(at);
      if (!value) return error = std::move(value.error()), false;
      to = *std::move(value);
      return true;
    };
    if ((read(At, std::get<At>(out)) && ...)) return out;
    return std::unexpected(std::move(error));
  }
  Error no_column(std::string_view which) const;
  Error wrong_count(size_t wanted) const;

  const std::vector<std::string>* names_ = nullptr;
  std::vector<std::string_view> cells_;
};

/// The rows of one query, in the memory where the node put them; gone through once, from front to
/// back, by `for (const auto& row : rows)`. A row is good until the next one.
class Rows {
 public:
  /// Errors: kBadAnswer.
  static Result<Rows> parse(Blob json);

  const std::vector<std::string>& columns() const [[clang::lifetimebound]] { return names_; }

  /// The next row; null after the last.
  const Row* next() [[clang::lifetimebound]];

  class Iterator {
   public:
    using value_type = Row;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    explicit Iterator(Rows* rows) : rows_(rows), row_(rows->next()) {}
    const Row& operator*() const { return *row_; }
    const Row* operator->() const { return row_; }
    Iterator& operator++() {
      row_ = rows_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return row_ == nullptr; }

   private:
    Rows* rows_ = nullptr;
    const Row* row_ = nullptr;
  };
  Iterator begin() { return Iterator(this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  Rows() = default;

  Blob blob_;
  std::vector<std::string> names_;
  size_t at_ = 0;  // in the blob: behind the rows that were read
  Row row_;
};

}  // namespace kinode::sqlite
