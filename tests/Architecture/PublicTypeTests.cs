namespace Nacre.Tests.Architecture;

/// <summary>No type is public without being meant: PublicTypes.txt beside this file lists those that are.</summary>
public sealed class PublicTypeTests
{
    private static string ListPath => Path.Join(Repository.Root, "tests", "Architecture", "PublicTypes.txt");

    [Fact]
    public void The_public_types_are_those_that_are_listed()
    {
        string[] listed = [.. File.ReadLines(ListPath).Where(line => line.Length > 0 && !line.StartsWith('#'))];
        IReadOnlyList<string> broken = Rules.PublicTypes(CompiledAssembly.OfTheHouse.SelectMany(floor => floor.PublicTypes), listed);

        Assert.True(broken.Count == 0, $"""
            {string.Join(Environment.NewLine, broken)}
            A type that a developer shall reference belongs into {ListPath}; any other shall be internal.
            """);
    }

    [Fact]
    public void A_type_made_public_by_accident_is_found() =>
        Assert.Equal(
            ["Nacre.A is public and not listed", "Nacre.C is listed and not public"],
            Rules.PublicTypes(["Nacre.A", "Nacre.B"], ["Nacre.B", "Nacre.C"]));

    [Fact]
    public void A_type_nested_in_an_internal_one_is_not_public()
    {
        Assert.Contains("Nacre.Tests.Architecture.PublicTypeTests", CompiledAssembly.OfTheTests.PublicTypes);
        Assert.Contains("Nacre.Tests.Architecture.Offenders.Visible+Nested", CompiledAssembly.OfTheTests.PublicTypes);
        Assert.DoesNotContain("Nacre.Tests.Architecture.Offenders.Hidden+Nested", CompiledAssembly.OfTheTests.PublicTypes);
    }
}
