using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Nacre.Tests.Architecture;

/// <summary>
/// What the rules may ask about one assembly, read from its metadata and instructions. The source is not asked: an alias, a
/// global using or a fully written name must not hide a naming, and neither must a closure or a state machine of the compiler.
/// </summary>
internal sealed class CompiledAssembly
{
    private static readonly Dictionary<string, CompiledAssembly> Opened = [];

    private CompiledAssembly(string name)
    {
        Name = name;
        using var file = new PEReader(File.OpenRead(Path.Join(AppContext.BaseDirectory, name + ".dll")));
        MetadataReader metadata = file.GetMetadataReader();
        References = [.. metadata.AssemblyReferences.Select(each => metadata.GetString(metadata.GetAssemblyReference(each).Name))];
        Namings = new NamingReader(file, metadata).Read();
        NativeImports = [.. ReadNativeImports(metadata)];
        PublicTypes = [.. ReadPublicTypes(metadata).Order(StringComparer.Ordinal)];
    }

    public string Name { get; }

    /// <summary>The simple names of the assemblies that this one uses.</summary>
    public IReadOnlyList<string> References { get; }

    public IReadOnlyCollection<Naming> Namings { get; }

    public IReadOnlyList<NativeImport> NativeImports { get; }

    /// <summary>The types that can be seen from outside, nested ones too.</summary>
    public IReadOnlyList<string> PublicTypes { get; }

    /// <summary>Every assembly under src/, by its project file, so that a new project is under the rules from its first day.</summary>
    public static IEnumerable<CompiledAssembly> OfTheHouse =>
        Directory.EnumerateFiles(Path.Join(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(project => Path.GetFileNameWithoutExtension(project))
            .Select(project => project == "Nacre.Tools" ? "nacre-tools" : project)
            .Order(StringComparer.Ordinal)
            .Select(Open);

    /// <summary>The assembly that these tests are in, where the offenders live.</summary>
    public static CompiledAssembly OfTheTests => Open("Nacre.Tests");

    public static CompiledAssembly Open(string name)
    {
        lock (Opened)
        {
            if (!Opened.TryGetValue(name, out CompiledAssembly? assembly))
            {
                Opened.Add(name, assembly = new CompiledAssembly(name));
            }

            return assembly;
        }
    }

    private static IEnumerable<NativeImport> ReadNativeImports(MetadataReader metadata)
    {
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            if ((method.Attributes & MethodAttributes.PinvokeImpl) == 0)
            {
                continue;
            }

            MethodImport import = method.GetImport();
            (string space, string type) = NamingReader.NameOf(metadata, method.GetDeclaringType());
            string module = metadata.GetString(metadata.GetModuleReference(import.Module).Name);
            yield return new NativeImport($"{space}.{type}", module, metadata.GetString(import.Name));
        }
    }

    private static IEnumerable<string> ReadPublicTypes(MetadataReader metadata)
    {
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            if (IsPublic(metadata, handle))
            {
                (string space, string type) = NamingReader.NameOf(metadata, handle);
                yield return $"{space}.{type}";
            }
        }
    }

    private static bool IsPublic(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        return (type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.Public => true,
            TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem =>
                IsPublic(metadata, type.GetDeclaringType()),
            _ => false,
        };
    }
}
