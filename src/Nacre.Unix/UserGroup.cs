namespace Nacre.Unix;

/// <summary>One line of the group database.</summary>
internal sealed record UserGroup(string Name, uint Gid, IReadOnlyList<string> Members);
