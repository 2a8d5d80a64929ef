namespace Nacre.Tests.Architecture;

/// <summary>The two doors of the library do not know each other.</summary>
public sealed class ClientAndServerTests
{
    [Fact]
    public void Client_and_server_never_name_each_other() =>
        Assert.Empty(Rules.NeverNameEachOther(CompiledAssembly.Open("Nacre"), "Nacre.Client", "Nacre.Server"));

    [Fact]
    public void A_naming_of_the_other_door_is_found_in_both_directions()
    {
        const string root = "Nacre.Tests.Architecture.Offenders";
        IReadOnlyList<string> oneWay = Rules.NeverNameEachOther(CompiledAssembly.OfTheTests, $"{root}.High", $"{root}.Low");
        IReadOnlyList<string> otherWay = Rules.NeverNameEachOther(CompiledAssembly.OfTheTests, $"{root}.Low", $"{root}.High");

        Assert.NotEmpty(oneWay);
        Assert.Equal(oneWay.Order(StringComparer.Ordinal), otherWay.Order(StringComparer.Ordinal));
        Assert.Contains(oneWay, each => each.Contains("NamesDownward", StringComparison.Ordinal));
        Assert.Contains(oneWay, each => each.Contains("NamesInBody", StringComparison.Ordinal));
    }
}
