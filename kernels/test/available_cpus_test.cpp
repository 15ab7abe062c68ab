#include "available_cpus.hpp"

#include <gtest/gtest.h>

namespace prelu::cpu {
namespace {

TEST(AvailableCpus, ACgroupQuotaIsCpuTimePerPeriod) {
  EXPECT_EQ(parse_cpu_max("200000 100000\n"), 2.0);
  EXPECT_EQ(parse_cpu_max("150000 100000"), 1.5);
}

TEST(AvailableCpus, NoQuotaOrNonsenseIsNoLimit) {
  EXPECT_EQ(parse_cpu_max("max 100000\n"), std::nullopt);
  EXPECT_EQ(parse_cpu_max(""), std::nullopt);
  EXPECT_EQ(parse_cpu_max("100000"), std::nullopt);
  EXPECT_EQ(parse_cpu_max("-1 100000"), std::nullopt);  // the older hierarchy's "no limit"
  EXPECT_EQ(parse_cpu_max("100000 0"), std::nullopt);
}

TEST(AvailableCpus, ThereIsAtLeastOne) { EXPECT_GE(available_cpus(), 1); }

TEST(LastLevelCache, IsReadAsTheSystemWritesIt) {
  EXPECT_EQ(parse_cache_size("32768K\n"), std::int64_t{32} << 20);
  EXPECT_EQ(parse_cache_size("4M"), std::int64_t{4} << 20);
  EXPECT_EQ(parse_cache_size("512"), 512);
  EXPECT_EQ(parse_cache_size(""), 0);
  EXPECT_EQ(parse_cache_size("large"), 0);
  EXPECT_GT(last_level_cache_bytes(), 0);
}

}  // namespace
}  // namespace prelu::cpu
