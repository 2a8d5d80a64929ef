namespace Nacre.Tests.Architecture;

/// <summary>Parts of the base library that have no place in a secure shell, or only in one room of it.</summary>
public sealed class BannedApiTests
{
    private const string Offenders = "Nacre.Tests.Architecture.Offenders";

    [Fact]
    public void Only_the_tools_write_to_the_console() => Assert.Empty(Find(Forbidden.IsConsole, exceptIn: "nacre-tools"));

    [Fact]
    public void No_random_number_can_be_foretold_A43() => Assert.Empty(Find(Forbidden.IsPredictableRandom));

    [Fact]
    public void No_data_chooses_the_type_that_it_becomes_A87() => Assert.Empty(Find(Forbidden.IsTypeNamingSerializer));

    [Fact]
    public void No_secret_is_computed_with_in_variable_time_A50() => Assert.Empty(Find(Forbidden.IsBigInteger));

    [Fact]
    public void Nothing_is_decrypted_by_RSA_A45() => Assert.Empty(Find(Forbidden.IsRsaDecryption));

    [Fact]
    public void No_rooted_name_replaces_the_directory_it_is_joined_to_A23() => Assert.Empty(Find(Forbidden.IsPathCombine));

    [Fact]
    public void An_offender_against_each_ban_is_found()
    {
        AssertFound(Forbidden.IsConsole, "ConsoleWriter");
        AssertFound(Forbidden.IsPredictableRandom, "Gambler");
        AssertFound(Forbidden.IsTypeNamingSerializer, "Deserializer");
        AssertFound(Forbidden.IsBigInteger, "SlowMultiplier");
        AssertFound(Forbidden.IsRsaDecryption, "Decrypter");
        AssertFound(Forbidden.IsPathCombine, "PathCombiner");
    }

    private static IEnumerable<string> Find(Func<Naming, bool> isForbidden, string exceptIn = "") =>
        CompiledAssembly.OfTheHouse.Where(floor => floor.Name != exceptIn).SelectMany(floor => Rules.NeverNames(floor, "Nacre", isForbidden));

    private static void AssertFound(Func<Naming, bool> isForbidden, string offender) =>
        Assert.Contains(
            Rules.NeverNames(CompiledAssembly.OfTheTests, Offenders, isForbidden),
            each => each.Contains($".{offender} names ", StringComparison.Ordinal));
}
