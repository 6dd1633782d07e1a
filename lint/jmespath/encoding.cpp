#include "lint/jmespath/encoding.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace vlint::jmespath {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

bool is_line_end(char byte) { return byte == '\n' || byte == '\r'; }

Error corrupt(std::size_t offset) { return Error{fmt::format("illegal base64 data at input byte {}", offset)}; }

// Reads groups of four characters.
class Base64Reader {
 public:
  explicit Base64Reader(std::string_view text) : text_(text) {}

  Result<std::string> run() {
    while (!at_end_) {
      if (const auto fault = read_group()) return *fault;
    }
    return bytes_;
  }

 private:
  void skip_line_ends() {
    while (next_ < text_.size() && is_line_end(text_[next_])) ++next_;
  }

  // decodeQuantum of encoding/base64, whose offsets of faults are kept.
  std::optional<Error> read_group() {
    std::array<std::uint32_t, 4> digits{};
    std::size_t count = 0;
    while (count < 4) {
      skip_line_ends();
      if (next_ == text_.size()) {
        at_end_ = true;
        if (count == 0) return std::nullopt;
        return corrupt(next_ - count);
      }
      const char character = text_[next_++];
      const std::size_t digit = kAlphabet.find(character);
      if (digit != std::string_view::npos) {
        digits[count++] = static_cast<std::uint32_t>(digit);
        continue;
      }
      if (character != '=' || count < 2) return corrupt(next_ - 1);
      if (const auto fault = read_padding(count)) return fault;
      break;
    }
    const std::uint32_t bits = digits[0] << 18U | digits[1] << 12U | digits[2] << 6U | digits[3];
    for (std::size_t i = 0; i + 1 < count; ++i) {
      bytes_.push_back(static_cast<char>(bits >> (16 - 8 * i) & 0xFFU));
    }
    return std::nullopt;
  }

  // Behind the first `=`: a second one if there were two digits, then nothing.
  std::optional<Error> read_padding(std::size_t count) {
    at_end_ = true;
    if (count == 2) {
      skip_line_ends();
      if (next_ == text_.size()) return corrupt(text_.size());
      if (text_[next_] != '=') return corrupt(next_ - 1);
      ++next_;
    }
    skip_line_ends();
    if (next_ < text_.size()) return corrupt(next_);
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t next_ = 0;
  bool at_end_ = false;
  std::string bytes_;
};

enum class ByteOrder : std::uint8_t { little, big };

// The message, the bit that ends it, zeros, and its length in bits: whole blocks of 64 bytes.
std::string padded(std::string_view bytes, ByteOrder order) {
  std::string message(bytes);
  message.push_back('\x80');
  message.resize((message.size() + 8 + 63) / 64 * 64, '\0');
  const std::uint64_t bits = static_cast<std::uint64_t>(bytes.size()) * 8;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t at = message.size() - (order == ByteOrder::big ? 1 + i : 8 - i);
    message[at] = static_cast<char>(bits >> (8 * i) & 0xFFU);
  }
  return message;
}

std::uint32_t word_at(std::string_view bytes, std::size_t at, ByteOrder order) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    word = word << 8U | byte_at(bytes, order == ByteOrder::big ? at + i : at + 3 - i);
  }
  return word;
}

template <std::size_t Size>
std::string hexadecimal(const std::array<std::uint32_t, Size>& state, ByteOrder order) {
  std::string text;
  for (const std::uint32_t word : state) {
    for (std::uint32_t i = 0; i < 4; ++i) {
      text += fmt::format("{:02x}", word >> (order == ByteOrder::big ? 24 - 8 * i : 8 * i) & 0xFFU);
    }
  }
  return text;
}

// RFC 1321: the whole part of 2^32 × |sin(i + 1)|.
std::array<std::uint32_t, 64> md5_constants() {
  std::array<std::uint32_t, 64> constants{};
  for (std::size_t i = 0; i < constants.size(); ++i) {
    constants[i] = static_cast<std::uint32_t>(std::floor(0x1p32 * std::fabs(std::sin(static_cast<double>(i) + 1))));
  }
  return constants;
}

void md5_block(std::array<std::uint32_t, 4>& state, std::string_view block,
               const std::array<std::uint32_t, 64>& constants) {
  constexpr int kShifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  auto [a, b, c, d] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t round = i / 16;
    const std::uint32_t mixed = round == 0   ? (b & c) | (~b & d)
                                : round == 1 ? (d & b) | (~d & c)
                                : round == 2 ? b ^ c ^ d
                                             : c ^ (b | ~d);
    const std::size_t word = round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i;
    const std::uint32_t sum = a + mixed + constants[i] + word_at(block, word % 16 * 4, ByteOrder::little);
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kShifts[round][i % 4]);
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

void sha1_block(std::array<std::uint32_t, 5>& state, std::string_view block) {
  std::array<std::uint32_t, 80> words{};
  for (std::size_t i = 0; i < 16; ++i) words[i] = word_at(block, 4 * i, ByteOrder::big);
  for (std::size_t i = 16; i < 80; ++i) {
    words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  }
  auto [a, b, c, d, e] = state;
  for (std::size_t i = 0; i < 80; ++i) {
    const std::uint32_t mixed = i < 20   ? ((b & c) | (~b & d)) + 0x5A827999
                                : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
                                : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC
                                         : (b ^ c ^ d) + 0xCA62C1D6;
    const std::uint32_t sum = std::rotl(a, 5) + mixed + e + words[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = sum;
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = bytes.size() - i;
    const std::uint32_t bits = byte_at(bytes, i) << 16U | (count > 1 ? byte_at(bytes, i + 1) << 8U : 0) |
                               (count > 2 ? byte_at(bytes, i + 2) : 0);
    text.push_back(kAlphabet[bits >> 18U & 63U]);
    text.push_back(kAlphabet[bits >> 12U & 63U]);
    text.push_back(count > 1 ? kAlphabet[bits >> 6U & 63U] : '=');
    text.push_back(count > 2 ? kAlphabet[bits & 63U] : '=');
  }
  return text;
}

Result<std::string> base64_decode(std::string_view text) { return Base64Reader(text).run(); }

std::string md5_hex(std::string_view bytes) {
  std::array<std::uint32_t, 4> state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
  const std::string message = padded(bytes, ByteOrder::little);
  const std::array<std::uint32_t, 64> constants = md5_constants();
  for (std::size_t at = 0; at < message.size(); at += 64) {
    md5_block(state, std::string_view(message).substr(at, 64), constants);
  }
  return hexadecimal(state, ByteOrder::little);
}

std::string sha1_hex(std::string_view bytes) {
  std::array<std::uint32_t, 5> state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  const std::string message = padded(bytes, ByteOrder::big);
  for (std::size_t at = 0; at < message.size(); at += 64) {
    sha1_block(state, std::string_view(message).substr(at, 64));
  }
  return hexadecimal(state, ByteOrder::big);
}

}  // namespace vlint::jmespath
