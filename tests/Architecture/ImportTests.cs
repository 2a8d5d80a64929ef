namespace Nacre.Tests.Architecture;

/// <summary>Imports go downward only.</summary>
public sealed class ImportTests
{
    private static readonly Dictionary<string, string[]> Floors = new()
    {
        ["Nacre.Crypto"] = [],
        ["Nacre.Protocol"] = ["Nacre.Crypto"],
        ["Nacre.Unix"] = [],
        ["Nacre.Config"] = ["Nacre", "Nacre.Unix", "Nacre.Protocol", "Nacre.Crypto"],
        ["Nacre"] = ["Nacre.Unix", "Nacre.Protocol", "Nacre.Crypto"],
        ["nacre-tools"] = ["Nacre", "Nacre.Config", "Nacre.Unix", "Nacre.Protocol", "Nacre.Crypto"],
    };

    [Fact]
    public void Every_floor_imports_only_floors_below_it() =>
        Assert.Empty(CompiledAssembly.OfTheHouse.SelectMany(floor => Rules.Imports(floor, Floors[floor.Name])));

    [Fact]
    public void Every_project_is_a_floor_of_the_plan() =>
        Assert.Equal(Floors.Keys.Order(StringComparer.Ordinal), CompiledAssembly.OfTheHouse.Select(each => each.Name));

    [Fact]
    public void An_import_upward_is_found() =>
        Assert.Contains("Nacre.Tests uses Nacre.Protocol", Rules.Imports(CompiledAssembly.OfTheTests, "Nacre.Crypto"));
}
