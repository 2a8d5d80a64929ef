namespace Nacre.Tests.Architecture;

/// <summary>The dependency rules of the house. Each returns what breaks it, in words; a rule that is kept returns nothing.</summary>
internal static class Rules
{
    /// <summary>An assembly of the house may use only those of the house that are <paramref name="allowed"/>.</summary>
    public static IReadOnlyList<string> Imports(CompiledAssembly assembly, params string[] allowed) =>
    [
        .. assembly.References
            .Where(name => name.StartsWith("nacre", StringComparison.OrdinalIgnoreCase) && !allowed.Contains(name))
            .Select(name => $"{assembly.Name} uses {name}"),
    ];

    /// <summary>
    /// The folders directly under <paramref name="root"/> may name only themselves and the folders that <paramref name="plan"/> gives
    /// them; a folder that is not in the plan may not exist.
    /// </summary>
    public static IReadOnlyList<string> FolderOrder(CompiledAssembly assembly, string root, IReadOnlyDictionary<string, string[]> plan)
    {
        List<string> broken = [];
        foreach (Naming naming in assembly.Namings.Where(each => each.IsFromUnder(root) && each.ToAssembly.Length == 0 && each.IsToUnder(root)))
        {
            string from = FolderOf(naming.FromNamespace, root);
            string to = FolderOf(naming.ToNamespace, root);
            if (!plan.TryGetValue(from, out string[]? below))
            {
                broken.Add($"the folder {from} is not in the plan ({naming.FromNamespace})");
            }
            else if (from != to && !below.Contains(to))
            {
                broken.Add($"{from} is not above {to}: {naming}");
            }
        }

        return [.. broken.Distinct()];
    }

    /// <summary>Nothing under <paramref name="root"/> may make a naming that <paramref name="isForbidden"/>.</summary>
    public static IReadOnlyList<string> NeverNames(CompiledAssembly assembly, string root, Func<Naming, bool> isForbidden) =>
        [.. assembly.Namings.Where(each => each.IsFromUnder(root) && isForbidden(each)).Select(each => each.ToString()).Distinct()];

    /// <summary>Two sets of namespaces may not name each other, in either direction.</summary>
    public static IReadOnlyList<string> NeverNameEachOther(CompiledAssembly assembly, string one, string other) =>
    [
        .. NeverNames(assembly, one, each => each.IsToUnder(other)),
        .. NeverNames(assembly, other, each => each.IsToUnder(one)),
    ];

    /// <summary>Native functions may be imported only from modules that <paramref name="isAllowed"/>.</summary>
    public static IReadOnlyList<string> NativeImports(CompiledAssembly assembly, Func<NativeImport, bool> isAllowed) =>
        [.. assembly.NativeImports.Where(each => !isAllowed(each)).Select(each => each.ToString())];

    /// <summary>The public types are those that are listed, no more and no fewer.</summary>
    public static IReadOnlyList<string> PublicTypes(IEnumerable<string> compiled, IReadOnlyCollection<string> listed)
    {
        string[] found = [.. compiled];
        return
        [
            .. found.Except(listed).Select(each => $"{each} is public and not listed"),
            .. listed.Except(found).Select(each => $"{each} is listed and not public"),
        ];
    }

    private static string FolderOf(string space, string root) =>
        space.Length == root.Length ? "(none)" : space[(root.Length + 1)..].Split('.')[0];
}
