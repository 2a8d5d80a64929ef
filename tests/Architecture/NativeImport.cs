namespace Nacre.Tests.Architecture;

/// <summary>One row of an assembly's table of native imports.</summary>
internal readonly record struct NativeImport(string FromType, string Module, string EntryPoint)
{
    public override string ToString() => $"{FromType} imports {EntryPoint} from {Module}";
}
