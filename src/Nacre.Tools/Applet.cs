namespace Nacre.Tools;

/// <summary>One tool of the executable: the name that it is called by, and its main program.</summary>
/// <param name="Name">The name of the link, or the first argument of `nacre`.</param>
/// <param name="Summary">What it is, in a few words.</param>
/// <param name="Run">Takes the arguments after the name and returns the exit status.</param>
/// <param name="Flags">Its flags, made when they are asked for; null for a program that has none.</param>
internal sealed record Applet(string Name, string Summary, Func<string[], int> Run, Func<FlagTable>? Flags = null);
