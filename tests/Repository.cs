namespace Nacre.Tests;

/// <summary>Where the checkout is that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The directory that holds ./dev.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Join(directory.FullName, "Directory.Packages.props")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"no directory above {AppContext.BaseDirectory} holds the repository; run the tests from its checkout");
    }
}
