namespace Nacre.Tests.Architecture;

/// <summary>Native code is called in two places: the system in Nacre.Unix, libcrypto and the system's random generator in Nacre.Crypto.</summary>
public sealed class NativeImportTests
{
    [Fact]
    public void Only_the_unix_floor_and_the_primitives_import_native_functions() =>
        Assert.Empty(CompiledAssembly.OfTheHouse.SelectMany(floor => Rules.NativeImports(floor, import => floor.Name switch
        {
            "Nacre.Unix" => true,
            "Nacre.Crypto" => import.Module.StartsWith("libcrypto", StringComparison.Ordinal) || import is { Module: "libc", EntryPoint: "getrandom" },
            _ => false,
        })));

    [Fact]
    public void Only_they_load_native_libraries_by_hand() =>
        Assert.Empty(CompiledAssembly.OfTheHouse
            .Where(floor => floor.Name is not ("Nacre.Unix" or "Nacre.Crypto"))
            .SelectMany(floor => Rules.NeverNames(floor, "Nacre", Forbidden.IsDynamicLibrary)));

    [Fact]
    public void A_native_import_is_found() =>
        Assert.Contains(
            Rules.NativeImports(CompiledAssembly.OfTheTests, import => import.Module.StartsWith("libcrypto", StringComparison.Ordinal)),
            each => each.EndsWith("NativeImporter imports getpid from libc", StringComparison.Ordinal));

    [Fact]
    public void A_library_loaded_by_hand_is_found() =>
        Assert.Contains(
            Rules.NeverNames(CompiledAssembly.OfTheTests, "Nacre.Tests.Architecture.Offenders", Forbidden.IsDynamicLibrary),
            each => each.Contains("NativeImporter names System.Runtime.InteropServices.NativeLibrary.Load", StringComparison.Ordinal));
}
