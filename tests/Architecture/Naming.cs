namespace Nacre.Tests.Architecture;

/// <summary>One naming in compiled code: a type of ours, and the type or member that its signatures or instructions name.</summary>
/// <param name="FromNamespace">The namespace of the outermost type that names.</param>
/// <param name="FromType">That type, with the nested types down to the one that names.</param>
/// <param name="ToAssembly">The assembly of the named type; empty for the same assembly.</param>
/// <param name="ToNamespace">The namespace of the outermost named type.</param>
/// <param name="ToType">The named type, nested types joined by '+'.</param>
/// <param name="Member">The named member, or null when only the type is named.</param>
/// <param name="Parameters">How many parameters the member has; -1 when it is not a method.</param>
internal readonly record struct Naming(
    string FromNamespace, string FromType, string ToAssembly, string ToNamespace, string ToType, string? Member, int Parameters)
{
    public string To => Join(ToNamespace, ToType);

    public bool IsFromUnder(string root) => IsUnder(FromNamespace, root);

    public bool IsToUnder(string root) => IsUnder(ToNamespace, root);

    public override string ToString() => $"{Join(FromNamespace, FromType)} names {To}{(Member is null ? "" : $".{Member}")}";

    private static bool IsUnder(string name, string root) =>
        name.StartsWith(root, StringComparison.Ordinal) && (name.Length == root.Length || name[root.Length] == '.');

    private static string Join(string space, string type) => space.Length == 0 ? type : $"{space}.{type}";
}
