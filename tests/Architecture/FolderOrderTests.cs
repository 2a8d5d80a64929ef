namespace Nacre.Tests.Architecture;

/// <summary>The folders of Nacre.Protocol stand on each other in one order.</summary>
public sealed class FolderOrderTests
{
    private static readonly Dictionary<string, string[]> Plan = new()
    {
        ["Wire"] = [],
        ["Messages"] = ["Wire"],
        ["Keys"] = ["Wire", "Messages"],
        ["Algorithms"] = ["Wire", "Messages", "Keys"],
        ["Transport"] = ["Wire", "Messages", "Keys", "Algorithms"],
        ["Authentication"] = ["Wire", "Messages", "Keys", "Algorithms", "Transport"],
        ["Connection"] = ["Wire", "Messages", "Keys", "Algorithms", "Transport", "Authentication"],
        ["Sftp"] = ["Wire", "Messages"],
        ["Agent"] = ["Wire", "Messages", "Keys"],
        ["Mux"] = ["Wire"],
    };

    [Fact]
    public void Folders_of_the_protocol_name_only_folders_below_them() =>
        Assert.Empty(Rules.FolderOrder(CompiledAssembly.Open("Nacre.Protocol"), "Nacre.Protocol", Plan));

    [Fact]
    public void A_naming_upward_is_found_in_signatures_and_in_bodies()
    {
        IReadOnlyList<string> broken = Rules.FolderOrder(CompiledAssembly.OfTheTests, "Nacre.Tests.Architecture.Offenders", new Dictionary<string, string[]>
        {
            ["Low"] = [],
            ["High"] = ["Low"],
        });

        Assert.Contains(broken, each => each.Contains("NamesInSignature", StringComparison.Ordinal));
        Assert.Contains(broken, each => each.Contains("NamesInBody", StringComparison.Ordinal));
        Assert.Contains(broken, each => each.Contains("NamesInClosure", StringComparison.Ordinal));
        Assert.Contains(broken, each => each.Contains("NamesInTypeArgument", StringComparison.Ordinal));
        Assert.DoesNotContain(broken, each => each.Contains("NamesDownward", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_outside_the_plan_is_found() =>
        Assert.Contains(
            Rules.FolderOrder(CompiledAssembly.OfTheTests, "Nacre.Tests.Architecture.Offenders", new Dictionary<string, string[]> { ["High"] = ["Low"] }),
            each => each.StartsWith("the folder Low is not in the plan", StringComparison.Ordinal));
}
